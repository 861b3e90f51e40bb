-- The flights of the files as records of a Kafka topic.
SET 'pipeline.name' = 'flights-to-kafka';
-- One writer, so that every partition holds the flights in the order of time.
SET 'parallelism.default' = '1';

CREATE TABLE flights (
  carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING,
  dep_delay INT, arr_delay INT, air_time INT, distance INT, scheduled TIMESTAMP(3)
) WITH (
  'connector' = 'filesystem',
  'path' = 'data/flights',
  'format' = 'json'
);

CREATE TABLE flights_topic (
  carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING,
  dep_delay INT, arr_delay INT, air_time INT, distance INT, scheduled TIMESTAMP(3)
) WITH (
  'connector' = 'kafka',
  'topic' = 'flights',
  'properties.bootstrap.servers' = '127.0.0.1:29392',
  'format' = 'json'
);

INSERT INTO flights_topic SELECT * FROM flights;
