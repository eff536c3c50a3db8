-- Messages lie in runs, each of which is written once and in order, and an index of fingerprints says which run may have a
-- message. So a file costs what it brings, however many messages its days have already.

-- When an import was reverted; NULL if it was not. Its messages are gone then, and an entry of each balance (kind charge, reference
-- `import N reverted`) gives back what it charged. Its state stays what it was.
ALTER TABLE import ADD COLUMN reverted_at TEXT;
-- Numbers of messages of earlier imports that it reported again, and that it changed. NULL of imports of schema 15 and older: for
-- them, updated and duplicate are an upper bound. An import that changed any, or whose messages a later one knew, is not reverted.
ALTER TABLE import ADD COLUMN knew_earlier INTEGER;
ALTER TABLE import ADD COLUMN changed_earlier INTEGER;

DROP VIEW unpacked_message;
ALTER TABLE message RENAME TO message_of_schema_15;

-- Messages, one row each. Day, ID and account together identify a message; that none is stored twice is what message_index is
-- for. Small values share one integer, because this table is by far the largest: the view unpacked_message below shows them as
-- columns.
CREATE TABLE message (
    day         INTEGER NOT NULL,
    -- The run of the day that brought the message, a row of message_run.
    run         INTEGER NOT NULL,
    -- The gateway's message ID: 16 bytes if it is a UUID or 32 hexadecimal digits, else its text.
    id          ANY NOT NULL,
    -- An smpp_account, active or archived.
    account_id  INTEGER NOT NULL,
    -- From the lowest bit: 17 bits second of the day, 3 bits state, 1 bit charged, the rest parts.
    packed      INTEGER NOT NULL,
    -- The digits of an international number (E.164, without the plus) as an integer; anything else as text.
    destination ANY NOT NULL,
    -- The price of the whole message that the file reported; NULL if it reported none, or the account is charged in SMS credits.
    price_e8    INTEGER,
    -- The import that charged the message, if it is another than the import of the run. The charge follows from this row and that
    -- import's row in import_account: zero if not charged or the import is without charges; else price_e8, if set; else the price
    -- of a part times parts.
    import_id   INTEGER,
    PRIMARY KEY (day, run, id, account_id)
) STRICT, WITHOUT ROWID;

-- The messages of a day that were written together: those that one batch of an import brought.
CREATE TABLE message_run (
    day         INTEGER NOT NULL,
    run         INTEGER NOT NULL,
    -- The import that brought them.
    import_id   INTEGER NOT NULL,
    messages    INTEGER NOT NULL,
    PRIMARY KEY (day, run)
) STRICT, WITHOUT ROWID;

-- Fingerprints of the messages of each day, and the run that each is in. The fingerprint of a message is 32 bits of a hash of its
-- ID and account (src/store/sqlite/traffic/fingerprint.rs); messages that share one are distinguished in their runs. Each batch adds
-- a layer, and layers of about the same size are merged, so that a day has few.
--
-- entries holds some 400 of them, in ascending order:
--
--   entries     one more than the number of the run that all of them are in, or 0 if they are in several; a number. Then for each:
--               its fingerprint less that of the one before, or for the first less the column first; a number. The number of its
--               run, if they are in several; a number.
CREATE TABLE message_index (
    day         INTEGER NOT NULL,
    layer       INTEGER NOT NULL,
    -- The smallest fingerprint of the row. Equal fingerprints of a layer are in one row.
    first       INTEGER NOT NULL,
    entries     BLOB NOT NULL,
    PRIMARY KEY (day, layer, first)
) STRICT, WITHOUT ROWID;

-- The layers of a day.
CREATE TABLE traffic_layer (
    day         INTEGER NOT NULL,
    -- What is in the layer: rows of message_index or of traffic_daily.
    kind        TEXT NOT NULL CHECK (kind IN ('index', 'sums')),
    layer       INTEGER NOT NULL,
    -- The number of fingerprints, or of sums.
    size        INTEGER NOT NULL,
    PRIMARY KEY (day, kind, layer)
) STRICT, WITHOUT ROWID;

-- Messages as people and documents read them.
CREATE VIEW unpacked_message AS SELECT message.day, id, account_id,
    -- Second of the day at which the message was submitted, 0 to 86399; the earliest that was reported.
    packed & 0x1ffff AS second,
    -- 0 pending, 1 unknown, 2 rejected, 3 expired, 4 undeliverable, 5 delivered; the highest that was reported. So a final state
    -- is never undone, and the order in which files are imported does not matter.
    (packed >> 17) & 7 AS state,
    destination,
    -- Number of message parts, at least 1.
    packed >> 21 AS parts,
    price_e8,
    -- 1 if the message counts as sent, for which it is charged once. Messages only ever reported as rejected have 0.
    (packed >> 20) & 1 AS charged,
    -- The import that charged the message or, if none did, that added it.
    coalesce(message.import_id, message_run.import_id) AS import_id
FROM message LEFT JOIN message_run ON message_run.day = message.day AND message_run.run = message.run;

-- Lets the import of a document insert rows into the view, which puts the messages of each import in a run of their own.
CREATE TRIGGER unpacked_message_is_packed INSTEAD OF INSERT ON unpacked_message BEGIN
    SELECT raise(ABORT, 'second, state, parts or charged is out of range')
    WHERE (typeof(new.second) = 'integer' AND new.second BETWEEN 0 AND 86399
        AND typeof(new.state) = 'integer' AND new.state BETWEEN 0 AND 5
        AND typeof(new.parts) = 'integer' AND new.parts BETWEEN 1 AND 65535
        AND typeof(new.charged) = 'integer' AND new.charged IN (0, 1)) IS NOT TRUE;
    INSERT INTO message VALUES (new.day, new.import_id, new.id, new.account_id,
        new.second | (new.state << 17) | (new.charged << 20) | (new.parts << 21),
        new.destination, new.price_e8, NULL);
END;

-- Sums of messages by account and day, updated in the same transactions as message. They stay when messages are pruned. Each batch
-- adds a layer to its days, so the sums of a day are those of its layers together; a layer of later states subtracts what earlier
-- ones counted. Layers of about the same size are merged.
ALTER TABLE traffic_daily RENAME TO traffic_daily_of_schema_15;

-- One row holds neighbouring accounts, as many as fit into a quarter of a page, since most have few messages a day.
CREATE TABLE traffic_daily (
    day         INTEGER NOT NULL,
    layer       INTEGER NOT NULL,
    -- The first account of the row. Account 0 has a row of its own: the sums of all accounts together.
    first       INTEGER NOT NULL,
    -- Accounts in ascending order, without separators:
    --
    --   sums        each account: its ID less that of the one before, or for the first less the column first; a number. The length
    --               of its quarter hours in bytes, a number; its quarter hours. The length of its countries; its countries.
    --   quarters    each item: quarter hour of the day, 0 to 95, one byte; counts
    --   countries   each item: country code of the destination, two letters, or two zero bytes if it has none; unit of the charge,
    --               three letters; counts; charge in 1e-8 of the unit, a signed number
    --   counts      one byte whose bits say what follows, from the lowest: six states, pending, unknown, rejected, expired,
    --               undeliverable, delivered; that there is one message in one state; that there are as many parts as messages.
    --               Then a signed number of messages for each of the states, unless there is one message; then the signed number
    --               of parts of all of them, unless there are as many as messages.
    --   number      unsigned LEB128: seven bits a byte, the lowest first; a set eighth bit says that more bytes follow
    --   signed      twice the number, or one less than twice what it is below zero; a number
    sums        BLOB NOT NULL,
    PRIMARY KEY (day, layer, first)
) STRICT, WITHOUT ROWID;

-- The same sums by month, for reports over months and years; updated in the same transactions as traffic_daily. They are not
-- split by country, which would make them as large as the daily sums.
--
-- One row holds 32 neighbouring accounts, because each batch of an import has messages of most accounts, and a row for each would
-- be most of what the batch writes besides its messages. sums is a sequence of items in ascending order, without separators:
--
--   sums        each item: position of the account in its block, 0 to 31, one byte; unit of the charge, three letters; counts;
--               charge in 1e-8 of the unit, a signed number. Counts and numbers are those of traffic_daily.
DROP TABLE traffic_monthly;
CREATE TABLE traffic_monthly (
    month       INTEGER NOT NULL,
    -- The account's id divided by 32, rounded down.
    block       INTEGER NOT NULL,
    sums        BLOB NOT NULL,
    PRIMARY KEY (month, block)
) STRICT, WITHOUT ROWID;
