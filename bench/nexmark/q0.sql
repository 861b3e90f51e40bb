CREATE TABLE nexmark_out (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra STRING) WITH (${SINK});
INSERT INTO nexmark_out SELECT auction, bidder, price, `dateTime`, extra FROM bid;
