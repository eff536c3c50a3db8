-- Schema 25: customers and SMPP accounts that are kept in files, which `ssgctl apply` reads.

-- The name of the tree of files that declares the record; NULL if none does.
ALTER TABLE customer ADD COLUMN managed_by TEXT CHECK (length(managed_by) BETWEEN 1 AND 32);
ALTER TABLE smpp_account ADD COLUMN managed_by TEXT CHECK (length(managed_by) BETWEEN 1 AND 32);

-- The last time that a whole tree was applied: what changed records of it since then was done by hand.
CREATE TABLE applied_tree (
    manager    TEXT PRIMARY KEY CHECK (length(manager) BETWEEN 1 AND 32),
    -- The last event of the audit log then.
    last_event INTEGER NOT NULL CHECK (last_event >= 0)
) STRICT, WITHOUT ROWID;
