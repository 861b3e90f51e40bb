-- The tables against one batch query over the same input: lost and doubled rows, for both tables.
WITH expected AS (
  SELECT f.scheduled, a.name AS airline, f.flight, f.origin, f.dest, f.dep_delay, f.arr_delay, month(f.scheduled) AS "month"
  FROM read_json('data/flights/*.json', columns = {carrier: 'VARCHAR', flight: 'INTEGER', origin: 'VARCHAR', dest: 'VARCHAR',
                 dep_delay: 'INTEGER', arr_delay: 'INTEGER', scheduled: 'TIMESTAMP'}) f
  LEFT JOIN read_csv('data/airlines.csv') a USING (carrier)
), stored AS (
  SELECT scheduled, airline, flight, origin, dest, dep_delay, arr_delay, "month" FROM delta_scan('lake/flights')
), expected_hours AS (
  SELECT date_trunc('hour', scheduled) AS hour_start, origin, count(*) AS flights, count(*) FILTER (dep_delay IS NULL) AS cancelled,
         round(avg(dep_delay), 6) AS mean_delay, max(dep_delay) AS worst_delay
  FROM expected GROUP BY ALL
), stored_hours AS (
  SELECT hour_start, origin, flights, cancelled, round(mean_delay, 6), worst_delay FROM delta_scan('lake/hourly_delay')
)
SELECT 'flights' AS "table", (SELECT count(*) FROM stored) AS rows,
       (SELECT count(*) FROM (FROM expected EXCEPT ALL FROM stored)) AS lost,
       (SELECT count(*) FROM (FROM stored EXCEPT ALL FROM expected)) AS doubled
UNION ALL
SELECT 'hourly_delay', (SELECT count(*) FROM stored_hours),
       (SELECT count(*) FROM (FROM expected_hours EXCEPT ALL FROM stored_hours)),
       (SELECT count(*) FROM (FROM stored_hours EXCEPT ALL FROM expected_hours));
