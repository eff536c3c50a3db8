-- Traffic: what the gateway reports of messages, and its sums, from which reports are answered.
--
-- Conventions. A day is a count of days since 1970-01-01 UTC, an hour a count of hours since then; both are those of the
-- submission. What names an account in the tables that grow with traffic has no foreign key, which would cost a look-up a
-- row: `db check` looks instead.

-- A file that was imported, or is being imported.
CREATE TABLE import (
    id          INTEGER PRIMARY KEY,
    -- The file's name as it was given; `stdin` for a pipe.
    file        TEXT NOT NULL,
    -- What tells this file from every other: its bytes as they lay on disk, compressed or not.
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    size        INTEGER NOT NULL CHECK (size >= 0),
    -- Whose kind of file it is: ssgctl, ssg, jasmin, kannel, twilio, vonage.
    dialect     TEXT NOT NULL,
    -- Everything else that decides what its rows mean, as JSON: zone, account and so on.
    options     TEXT NOT NULL CHECK (json_type(options) = 'object'),
    -- Whether its messages are charged. Those of an import without charges never are, by whatever import that comes later.
    charging    INTEGER NOT NULL CHECK (charging IN (0, 1)),
    -- unfinished: begun, and neither complete nor charged. finished: all rows are in, charges are posted.
    -- closed: ended by hand with the rows that were in, charges are posted.
    state       TEXT NOT NULL CHECK (state IN ('unfinished', 'finished', 'closed')),
    -- The first and last day of its messages; NULL where it has none.
    first_day   INTEGER,
    last_day    INTEGER,
    -- How many rows of the file are in, whatever became of each; the next run begins after them. While it is unfinished the
    -- other counts are of these rows, too. They add up to it.
    rows        INTEGER NOT NULL DEFAULT 0 CHECK (rows = new + updated + duplicate + rejected + skipped + refused),
    -- Messages that were not known.
    new         INTEGER NOT NULL DEFAULT 0,
    -- Rows that told something newer of a known message.
    updated     INTEGER NOT NULL DEFAULT 0,
    -- Rows that told nothing new.
    duplicate   INTEGER NOT NULL DEFAULT 0,
    -- Rows of messages that the gateway refused before it gave them an ID; they are counted here only.
    rejected    INTEGER NOT NULL DEFAULT 0,
    -- Rows of other things than messages to handsets, such as incoming messages.
    skipped     INTEGER NOT NULL DEFAULT 0,
    -- Rows with a fault, where it was asked for to leave such out.
    refused     INTEGER NOT NULL DEFAULT 0,
    begun_at    TEXT NOT NULL,
    ended_at    TEXT CHECK ((ended_at IS NULL) = (state = 'unfinished')),
    actor       TEXT NOT NULL
) STRICT;

CREATE INDEX import_by_sha256 ON import (sha256);
CREATE INDEX import_by_last_day ON import (last_day);

-- The accounts of a file, each with what its messages cost, fixed when the import began: a price that changes while an
-- import is interrupted changes nothing of it.
CREATE TABLE import_account (
    import_id   INTEGER NOT NULL REFERENCES import (id),
    account_id  INTEGER NOT NULL REFERENCES smpp_account (id),
    -- Whose balance is charged.
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    -- The unit of the account's service, and its price for a message part. One SMS credit is 100000000.
    unit        TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    price_e8    INTEGER NOT NULL CHECK (price_e8 >= 0),
    -- The first and last day of its messages in the file.
    first_day   INTEGER NOT NULL,
    last_day    INTEGER NOT NULL,
    -- What this import charged for the account: messages, their parts, and how much, as a positive amount. All zero until
    -- the import ends. The charges of all accounts of a customer in a unit are one entry of the ledger (kind charge,
    -- reference `import N`), whose amount is their sum below zero; there is no entry where the sum is zero.
    messages    INTEGER NOT NULL DEFAULT 0,
    parts       INTEGER NOT NULL DEFAULT 0,
    charge_e8   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import_id, account_id)
) STRICT, WITHOUT ROWID;

-- One row a message. What one message is: the day of its submission, its ID and its account.
CREATE TABLE message (
    day         INTEGER NOT NULL,
    -- The gateway's name for it: 16 bytes for a UUID or 32 hexadecimal digits, else its text.
    id          ANY NOT NULL,
    -- An smpp_account, active or archived.
    account_id  INTEGER NOT NULL,
    -- The second of the day, 0 to 86399, at which it was submitted; of several that were told, the earliest.
    second      INTEGER NOT NULL,
    -- 0 pending, 1 unknown, 2 rejected, 3 expired, 4 undeliverable, 5 delivered. Of several that were told, the highest: what
    -- is final is never undone, and the order in which files come does not matter.
    state       INTEGER NOT NULL,
    -- The digits of an international number by E.164; the text of anything else.
    destination ANY NOT NULL,
    -- Message parts, at least 1.
    parts       INTEGER NOT NULL,
    -- What the file said that the whole message costs; NULL where it said nothing, or the account is charged in SMS credits.
    price_e8    INTEGER,
    -- Whether the message counts as sent, for which it is charged once for ever. Only one that was never told otherwise than as
    -- rejected is not.
    charged     INTEGER NOT NULL,
    -- The import that charged it, or, where none did, that brought it. Its charge follows from this row and that import's row in
    -- import_account: nothing when not charged or the import is without charges; price_e8 when there is one; else the
    -- price for a part times parts.
    import_id   INTEGER NOT NULL,
    PRIMARY KEY (day, id, account_id)
) STRICT, WITHOUT ROWID;

-- Messages by hour and account, a column for each state; kept in step with message in the same transactions. Rows without
-- messages are removed. They stay when the messages are pruned.
CREATE TABLE traffic_hour (
    hour          INTEGER NOT NULL,
    account_id    INTEGER NOT NULL,
    pending       INTEGER NOT NULL,
    unknown       INTEGER NOT NULL,
    rejected      INTEGER NOT NULL,
    expired       INTEGER NOT NULL,
    undeliverable INTEGER NOT NULL,
    delivered     INTEGER NOT NULL,
    -- Message parts of all of them.
    parts         INTEGER NOT NULL,
    PRIMARY KEY (hour, account_id)
) STRICT, WITHOUT ROWID;

-- The same by day, and also by country and by the unit in which they are charged.
CREATE TABLE traffic_day (
    day           INTEGER NOT NULL,
    account_id    INTEGER NOT NULL,
    -- The country of the destination by its calling code; empty where it has none.
    country       TEXT NOT NULL,
    -- The unit of the account's service when the messages were imported.
    unit          TEXT NOT NULL,
    pending       INTEGER NOT NULL,
    unknown       INTEGER NOT NULL,
    rejected      INTEGER NOT NULL,
    expired       INTEGER NOT NULL,
    undeliverable INTEGER NOT NULL,
    delivered     INTEGER NOT NULL,
    parts         INTEGER NOT NULL,
    -- What was charged for them, as a positive amount of the unit. Messages of an unfinished import are in it before
    -- their entries are in the ledger.
    charge_e8     INTEGER NOT NULL,
    PRIMARY KEY (day, account_id, country, unit)
) STRICT, WITHOUT ROWID;

-- How far messages were pruned: those of earlier days are gone, and no message of those days is imported any more, because
-- nobody could tell whether it was charged before. One row, or none.
CREATE TABLE traffic_pruned (
    only_row   INTEGER PRIMARY KEY CHECK (only_row = 1),
    before_day INTEGER NOT NULL
) STRICT;
