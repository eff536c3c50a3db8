-- What was exported to which accounting program and when, so that each document is exported to a program once.

-- A run of an export.
CREATE TABLE export_run (
    id        INTEGER PRIMARY KEY,
    program   TEXT NOT NULL,
    -- The days of issue and of payment.
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL CHECK (last_day >= first_day),
    actor     TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT;

CREATE TRIGGER export_run_is_never_replaced BEFORE INSERT ON export_run
WHEN EXISTS (SELECT 1 FROM export_run WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
CREATE TRIGGER export_run_is_never_changed BEFORE UPDATE ON export_run BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
CREATE TRIGGER export_run_is_never_deleted BEFORE DELETE ON export_run BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;

-- The files of a run, to write them again as they were: settings and even customers may be others by then.
CREATE TABLE export_file (
    run_id  INTEGER NOT NULL REFERENCES export_run (id),
    name    TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT;

CREATE TRIGGER export_file_is_never_replaced BEFORE INSERT ON export_file
WHEN EXISTS (SELECT 1 FROM export_file WHERE run_id = new.run_id AND name = new.name) BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
CREATE TRIGGER export_file_is_never_changed BEFORE UPDATE ON export_file BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
CREATE TRIGGER export_file_is_never_deleted BEFORE DELETE ON export_file BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;

-- The entries of receivables in a run: those of invoices, credit notes, payments and refunds.
CREATE TABLE exported_entry (
    run_id        INTEGER NOT NULL REFERENCES export_run (id),
    receivable_id INTEGER NOT NULL REFERENCES receivable (id),
    PRIMARY KEY (run_id, receivable_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX exported_entry_by_receivable ON exported_entry (receivable_id, run_id);

CREATE TRIGGER exported_entry_is_never_replaced BEFORE INSERT ON exported_entry
WHEN EXISTS (SELECT 1 FROM exported_entry WHERE run_id = new.run_id AND receivable_id = new.receivable_id) BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
CREATE TRIGGER exported_entry_is_never_changed BEFORE UPDATE ON exported_entry BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
CREATE TRIGGER exported_entry_is_never_deleted BEFORE DELETE ON exported_entry BEGIN
    SELECT raise(ABORT, 'exports are append-only');
END;
