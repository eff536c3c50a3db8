-- Schema 21: emails about planned changes of prices, sent once per change and customer.

CREATE TABLE price_notice (
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    -- The price that begins. A correction of a planned price is another price, of which the customer is notified again.
    price_id    INTEGER NOT NULL REFERENCES price (id),
    -- When the email was queued.
    queued_at   TEXT NOT NULL,
    PRIMARY KEY (customer_id, price_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX price_notice_by_price ON price_notice (price_id);
