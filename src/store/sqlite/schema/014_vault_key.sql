-- The key that seals SMPP passwords. A key file of another fingerprint is refused, so that one database never has passwords under
-- two keys. No row until a password is sealed.
CREATE TABLE vault_key (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    -- The first 8 bytes of the SHA-256 of the key, as in bytes 2 to 9 of each sealed password.
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 8)
) STRICT;

-- The key of most passwords; passwords under other keys are reported by `db check`.
INSERT INTO vault_key (id, fingerprint)
SELECT 1, substr(password_sealed, 2, 8) FROM smpp_account GROUP BY 2 ORDER BY count(*) DESC, max(id) DESC LIMIT 1;
