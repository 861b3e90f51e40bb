CREATE TABLE nexmark_out (auction BIGINT, price BIGINT) WITH (${SINK});
INSERT INTO nexmark_out SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
