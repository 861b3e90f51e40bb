CREATE TABLE nexmark_out (window_start TIMESTAMP(3), auction BIGINT, bids BIGINT) WITH (${SINK});
INSERT INTO nexmark_out
SELECT window_start, auction, COUNT(*) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction;
