-- Warnings of low balances, and the letters that tell of them.

-- When a balance is low, and who is told. There may be a warning before there is a balance.
CREATE TABLE warning (
    customer_id   INTEGER NOT NULL REFERENCES customer (id),
    unit          TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    -- Both are low-water marks: upper is the early warning, lower the urgent one. A balance at its mark is low.
    upper_e8      INTEGER,
    lower_e8      INTEGER CHECK (lower_e8 <= upper_e8),
    tell_customer INTEGER NOT NULL CHECK (tell_customer IN (0, 1)),
    -- Where the customer is told; when empty, its billing contacts, else its invoice emails.
    told_at       TEXT NOT NULL CHECK (json_type(told_at) = 'array'),
    -- Where we are told; when empty, the addresses of the configuration.
    internal      TEXT NOT NULL CHECK (json_type(internal) = 'array'),
    -- Whether those who were warned are told when the balance has recovered.
    all_clear     INTEGER NOT NULL CHECK (all_clear IN (0, 1)),
    active        INTEGER NOT NULL CHECK (active IN (0, 1)),
    -- What the last check found; it is what makes one crossing one letter.
    state         TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'upper', 'lower')),
    updated_at    TEXT NOT NULL,
    PRIMARY KEY (customer_id, unit)
) STRICT, WITHOUT ROWID;

-- Each change of a warning's state, as a check found it. Only ever added.
CREATE TABLE crossing (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    unit        TEXT NOT NULL,
    from_state  TEXT NOT NULL CHECK (from_state IN ('ok', 'upper', 'lower')),
    to_state    TEXT NOT NULL CHECK (to_state IN ('ok', 'upper', 'lower') AND to_state <> from_state),
    balance_e8  INTEGER NOT NULL,
    -- The entry that had left this balance; NULL where there was none yet.
    entry_id    INTEGER REFERENCES entry (id),
    at          TEXT NOT NULL,
    FOREIGN KEY (customer_id, unit) REFERENCES warning (customer_id, unit)
) STRICT;

CREATE INDEX crossing_by_warning ON crossing (customer_id, unit, id);

CREATE TRIGGER crossing_has_the_next_number BEFORE INSERT ON crossing
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM crossing) BEGIN
    SELECT raise(ABORT, 'crossings are numbered without a gap');
END;
CREATE TRIGGER crossing_is_never_changed BEFORE UPDATE ON crossing BEGIN
    SELECT raise(ABORT, 'crossings are only ever added');
END;
CREATE TRIGGER crossing_is_never_deleted BEFORE DELETE ON crossing BEGIN
    SELECT raise(ABORT, 'crossings are only ever added');
END;

-- The outbox: letters as they were rendered when they were queued, one for each recipient.
CREATE TABLE letter (
    id              INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    customer_id     INTEGER REFERENCES customer (id),
    crossing_id     INTEGER REFERENCES crossing (id),
    recipient       TEXT NOT NULL,
    sender_name     TEXT NOT NULL,
    sender_address  TEXT NOT NULL,
    reply_to        TEXT,
    subject         TEXT NOT NULL,
    text            TEXT NOT NULL,
    html            TEXT NOT NULL,
    -- The same for every attempt, so that a letter that arrives twice is known to be one.
    message_id      TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'uncertain', 'cancelled')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- How often it was handed over without an answer: it is sent again after the first time, and never after the second.
    unanswered      INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT,
    last_error      TEXT,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    CHECK (next_attempt_at IS NULL OR state IN ('pending', 'uncertain')),
    CHECK (next_attempt_at IS NOT NULL OR state <> 'pending')
) STRICT;

CREATE INDEX letter_by_next_attempt ON letter (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX letter_by_crossing ON letter (crossing_id) WHERE crossing_id IS NOT NULL;
CREATE INDEX letter_being_sent ON letter (id) WHERE state = 'sending';

-- Each attempt to send a letter, and what came of it.
CREATE TABLE letter_attempt (
    letter_id INTEGER NOT NULL REFERENCES letter (id),
    number    INTEGER NOT NULL,
    at        TEXT NOT NULL,
    outcome   TEXT NOT NULL CHECK (outcome IN ('sent', 'deferred', 'refused', 'unanswered')),
    detail    TEXT,
    PRIMARY KEY (letter_id, number)
) STRICT, WITHOUT ROWID;

-- The last run of the check, for whoever watches that it still runs: one row.
CREATE TABLE check_run (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    started_at  TEXT NOT NULL,
    -- NULL while it runs, and for ever if it died.
    finished_at TEXT,
    crossings   INTEGER NOT NULL DEFAULT 0,
    queued      INTEGER NOT NULL DEFAULT 0,
    sent        INTEGER NOT NULL DEFAULT 0,
    deferred    INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    uncertain   INTEGER NOT NULL DEFAULT 0
) STRICT;
