SET 'pipeline.name' = 'x';
SET a.b=10 s;
RESET;RESET 'k';