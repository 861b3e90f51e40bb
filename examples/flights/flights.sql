-- Flights out of New York, as they are scheduled: each with its airline's name into one Delta table, partitioned by
-- month, and the delays per hour and airport into another.
SET 'pipeline.name' = 'flights';
SET 'execution.checkpointing.interval' = '100 ms';

CREATE TABLE flights (
  carrier   STRING,
  flight    INT,
  tailnum   STRING,
  origin    STRING,
  dest      STRING,
  dep_delay INT,            -- minutes; NULL: cancelled
  arr_delay INT,
  air_time  INT,
  distance  INT,
  scheduled TIMESTAMP(3),   -- UTC
  WATERMARK FOR scheduled AS scheduled - INTERVAL '1' MINUTE
) WITH (
  'connector' = 'filesystem',
  'path' = 'data/flights',
  'format' = 'json'
);

CREATE TABLE airlines (
  carrier STRING,
  name    STRING
) WITH (
  'connector' = 'filesystem',
  'path' = 'data/airlines.csv',
  'format' = 'csv',
  'csv.header' = 'true'
);

CREATE TABLE flights_named (
  scheduled TIMESTAMP(3),
  airline   STRING,
  flight    INT,
  origin    STRING,
  dest      STRING,
  dep_delay INT,
  arr_delay INT,
  `month`   INT
) PARTITIONED BY (`month`) WITH (
  'connector' = 'delta',
  'table_path' = 'lake/flights'
);

CREATE TABLE hourly_delay (
  hour_start  TIMESTAMP(3),
  origin      STRING,
  flights     BIGINT,
  cancelled   BIGINT,
  mean_delay  DOUBLE,
  worst_delay INT
) WITH (
  'connector' = 'delta',
  'table_path' = 'lake/hourly_delay'
);

EXECUTE STATEMENT SET
BEGIN
INSERT INTO flights_named
SELECT f.scheduled, a.name, f.flight, f.origin, f.dest, f.dep_delay, f.arr_delay, CAST(MONTH(f.scheduled) AS INT)
FROM flights AS f
LEFT JOIN airlines AS a ON f.carrier = a.carrier;

INSERT INTO hourly_delay
SELECT window_start, origin, COUNT(*), COUNT(*) FILTER (WHERE dep_delay IS NULL), AVG(dep_delay), MAX(dep_delay)
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(scheduled), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;
END;
