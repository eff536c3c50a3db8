-- Schema 22: the audit log is chained like the ledger.
--
-- Events that were written before get their hashes when the database is migrated.

-- SHA-256 over this row and the hash of the event before; store/sqlite/audit_chain.rs has the exact form.
ALTER TABLE event ADD COLUMN hash BLOB NOT NULL
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000' CHECK (length(hash) = 32);
