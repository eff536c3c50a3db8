-- Schema 17: answers whose time does not depend on how much is stored.

-- Where the clock was set back: rows of the ledger and of the audit log that are dated earlier than the one before. Between two of
-- them the times of a log never go back, so a time is found by halving. Rows are added by the triggers below, and never removed.
CREATE TABLE clock_set_back (
    log       TEXT NOT NULL CHECK (log IN ('entry', 'event')),
    id        INTEGER NOT NULL,
    -- Time of the row, and of the one before it.
    at        TEXT NOT NULL,
    before_at TEXT NOT NULL CHECK (before_at > at),
    PRIMARY KEY (log, id)
) STRICT, WITHOUT ROWID;

INSERT INTO clock_set_back
SELECT 'entry', id, at, before_at FROM (SELECT id, at, lag(at) OVER (ORDER BY id) AS before_at FROM entry) WHERE at < before_at;
INSERT INTO clock_set_back
SELECT 'event', id, at, before_at FROM (SELECT id, at, lag(at) OVER (ORDER BY id) AS before_at FROM event) WHERE at < before_at;

CREATE TRIGGER entry_notes_a_clock_set_back AFTER INSERT ON entry
WHEN new.at < (SELECT at FROM entry WHERE id = new.id - 1) BEGIN
    INSERT INTO clock_set_back SELECT 'entry', new.id, new.at, at FROM entry WHERE id = new.id - 1;
END;
CREATE TRIGGER event_notes_a_clock_set_back AFTER INSERT ON event
WHEN new.at < (SELECT at FROM event WHERE id = new.id - 1) BEGIN
    INSERT INTO clock_set_back SELECT 'event', new.id, new.at, at FROM event WHERE id = new.id - 1;
END;

-- The entries of each balance by kind: their number, the sums of the positive and of the negative ones, and the times of the first
-- and of the last. A sum is NULL once it is larger than an amount can be.
CREATE TABLE entry_sum (
    customer_id INTEGER NOT NULL,
    unit        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    entries     INTEGER NOT NULL,
    added_e8    INTEGER,
    taken_e8    INTEGER,
    first_at    TEXT NOT NULL,
    last_at     TEXT NOT NULL,
    PRIMARY KEY (customer_id, unit, kind)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_is_summed_up AFTER INSERT ON entry BEGIN
    INSERT INTO entry_sum
    VALUES (new.customer_id, new.unit, new.kind, 1, max(new.amount_e8, 0), min(new.amount_e8, 0), new.at, new.at)
    ON CONFLICT DO UPDATE SET
        entries = entries + 1,
        added_e8 = CASE WHEN added_e8 <= 9223372036854775807 - excluded.added_e8 THEN added_e8 + excluded.added_e8 END,
        taken_e8 = CASE WHEN taken_e8 >= -9223372036854775808 - excluded.taken_e8 THEN taken_e8 + excluded.taken_e8 END,
        last_at = excluded.last_at;
END;

INSERT INTO entry_sum
SELECT customer_id, unit, kind, 1, max(amount_e8, 0), min(amount_e8, 0), at, at FROM entry WHERE TRUE ORDER BY id
ON CONFLICT DO UPDATE SET
    entries = entries + 1,
    added_e8 = CASE WHEN added_e8 <= 9223372036854775807 - excluded.added_e8 THEN added_e8 + excluded.added_e8 END,
    taken_e8 = CASE WHEN taken_e8 >= -9223372036854775808 - excluded.taken_e8 THEN taken_e8 + excluded.taken_e8 END,
    last_at = excluded.last_at;

-- Each filter of `audit list`, `mail list` and `traffic list` that may leave few rows of many.
CREATE INDEX event_by_entity ON event (entity);
CREATE INDEX event_by_actor ON event (actor);
CREATE INDEX event_by_subject ON event (subject COLLATE NOCASE);
CREATE INDEX outbox_email_by_customer ON outbox_email (customer_id);
CREATE INDEX outbox_email_by_state ON outbox_email (state);
CREATE INDEX import_by_state ON import (state);
