-- Schema 25: emails with attachments, emails of invoices, and reminders.

-- Attached files that are stored nowhere else, such as XML and the PDFs of pro-formas. Emails with the same file share it.
CREATE TABLE attached_file (
    id      INTEGER PRIMARY KEY,
    sha256  BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    content BLOB NOT NULL
) STRICT;

CREATE TRIGGER attached_file_is_never_replaced BEFORE INSERT ON attached_file
WHEN EXISTS (SELECT 1 FROM attached_file WHERE id = new.id OR sha256 = new.sha256) BEGIN
    SELECT raise(ABORT, 'attached files never change');
END;
CREATE TRIGGER attached_file_is_never_changed BEFORE UPDATE ON attached_file BEGIN
    SELECT raise(ABORT, 'attached files never change');
END;
CREATE TRIGGER attached_file_is_never_deleted BEFORE DELETE ON attached_file BEGIN
    SELECT raise(ABORT, 'attached files never change');
END;

-- The attachments of an email of the outbox. Their bytes are those of a file, or of the PDF of an issued invoice; neither ever changes.
CREATE TABLE outbox_attachment (
    email_id   INTEGER NOT NULL REFERENCES outbox_email (id),
    -- 1, 2, 3 … for each email.
    position   INTEGER NOT NULL CHECK (position >= 1),
    file_name  TEXT NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
    media_type TEXT NOT NULL,
    -- SHA-256 of the bytes when the email was queued.
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    file_id    INTEGER REFERENCES attached_file (id),
    invoice_id INTEGER REFERENCES issued_invoice (invoice_id),
    PRIMARY KEY (email_id, position),
    CHECK ((file_id IS NULL) <> (invoice_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER outbox_attachment_is_never_replaced BEFORE INSERT ON outbox_attachment
WHEN EXISTS (SELECT 1 FROM outbox_attachment WHERE email_id = new.email_id AND position = new.position) BEGIN
    SELECT raise(ABORT, 'attachments never change');
END;
CREATE TRIGGER outbox_attachment_is_never_changed BEFORE UPDATE ON outbox_attachment BEGIN
    SELECT raise(ABORT, 'attachments never change');
END;
CREATE TRIGGER outbox_attachment_is_never_deleted BEFORE DELETE ON outbox_attachment BEGIN
    SELECT raise(ABORT, 'attachments never change');
END;

-- Which reminders of an invoice were queued: each level once.
CREATE TABLE invoice_reminder (
    invoice_id INTEGER NOT NULL REFERENCES issued_invoice (invoice_id),
    -- The level, as days after the due date; negative before it.
    days       INTEGER NOT NULL CHECK (days BETWEEN -365 AND 365),
    queued_at  TEXT NOT NULL,
    PRIMARY KEY (invoice_id, days)
) STRICT, WITHOUT ROWID;

-- Which invoice an email sends or reminds of. An invoice was sent when the server accepted an email of it.
CREATE TABLE invoice_email (
    email_id   INTEGER PRIMARY KEY REFERENCES outbox_email (id),
    invoice_id INTEGER NOT NULL REFERENCES invoice (id),
    -- pro_forma: sends it before it is issued. document: sends the issued invoice or credit note. reminder: asks for its payment.
    kind       TEXT NOT NULL CHECK (kind IN ('pro_forma', 'document', 'reminder')),
    -- The level of a reminder.
    days       INTEGER,
    CHECK ((kind = 'reminder') = (days IS NOT NULL)),
    FOREIGN KEY (invoice_id, days) REFERENCES invoice_reminder (invoice_id, days)
) STRICT;

CREATE INDEX invoice_email_by_invoice ON invoice_email (invoice_id);

-- Issued invoices of which customers are not reminded for now, such as disputed ones.
CREATE TABLE reminder_hold (
    invoice_id INTEGER PRIMARY KEY REFERENCES issued_invoice (invoice_id),
    held_at    TEXT NOT NULL
) STRICT;
