-- Messages again, with what is small in one number: a message has seven columns instead of ten and four bytes less. What is told
-- of a message is read and written as a whole, so nothing looks for its parts.
ALTER TABLE message RENAME TO message_by_column;

-- One row a message. What one message is: the day of its submission, its ID and its account.
CREATE TABLE message (
    day         INTEGER NOT NULL,
    -- The gateway's name for it: 16 bytes for a UUID or 32 hexadecimal digits, else its text.
    id          ANY NOT NULL,
    -- An smpp_account, active or archived.
    account_id  INTEGER NOT NULL,
    -- From the lowest bit: 17 bits the second, 3 the state, 1 whether it is charged, all others the parts. The view below has a
    -- column for each, and says what they are.
    told        INTEGER NOT NULL,
    -- The digits of an international number by E.164; the text of anything else.
    destination ANY NOT NULL,
    -- What the file said that the whole message costs; NULL where it said nothing, or the account is charged in SMS credits.
    price_e8    INTEGER,
    -- The import that charged it, or, where none did, that brought it. Its charge follows from this row and that import's row in
    -- import_account: nothing when not charged or the import is without charges; price_e8 when there is one; else the
    -- price for a part times parts.
    import_id   INTEGER NOT NULL,
    PRIMARY KEY (day, id, account_id)
) STRICT, WITHOUT ROWID;

-- Messages as people and documents read them.
CREATE VIEW plain_message AS SELECT day, id, account_id,
    -- The second of the day, 0 to 86399, at which it was submitted; of several that were told, the earliest.
    told & 0x1ffff AS second,
    -- 0 pending, 1 unknown, 2 rejected, 3 expired, 4 undeliverable, 5 delivered. Of several that were told, the highest: what
    -- is final is never undone, and the order in which files come does not matter.
    (told >> 17) & 7 AS state,
    destination,
    -- Message parts, at least 1.
    told >> 21 AS parts,
    price_e8,
    -- Whether the message counts as sent, for which it is charged once for ever. Only one that was never told otherwise than as
    -- rejected is not.
    (told >> 20) & 1 AS charged,
    import_id
FROM message;

-- A row of a document goes the other way.
CREATE TRIGGER plain_message_is_packed INSTEAD OF INSERT ON plain_message BEGIN
    SELECT raise(ABORT, 'second, state, parts or charged are not those of a message')
    WHERE (typeof(new.second) = 'integer' AND new.second BETWEEN 0 AND 86399
        AND typeof(new.state) = 'integer' AND new.state BETWEEN 0 AND 5
        AND typeof(new.parts) = 'integer' AND new.parts BETWEEN 1 AND 65535
        AND typeof(new.charged) = 'integer' AND new.charged IN (0, 1)) IS NOT TRUE;
    INSERT INTO message VALUES (new.day, new.id, new.account_id,
        new.second | (new.state << 17) | (new.charged << 20) | (new.parts << 21),
        new.destination, new.price_e8, new.import_id);
END;
