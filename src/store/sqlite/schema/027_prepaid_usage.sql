-- Schema 27: what a postpaid customer prepaid covers its usage until it is used up.

-- The part of the usage that was paid from the balance, and is not billed; negative where what had paid for usage was taken back.
ALTER TABLE usage_bill ADD COLUMN prepaid_e8 INTEGER NOT NULL DEFAULT 0;

-- What was prepaid covers the earliest usage, whenever a customer became postpaid, so there is no first month.
DROP TABLE postpaid_start;
