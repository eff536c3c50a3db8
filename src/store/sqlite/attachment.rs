//! Attachments of emails: their rows, and where their bytes are.

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result};
use crate::model::{AttachedFile, Attachment, AttachmentContent, Hash, Invalid, StoredAttachment};
use crate::store::sqlite::billing::hash_of_document;
use crate::store::{Snapshot, Tx};

/// The bytes are those of a file, or of the PDF of an invoice.
macro_rules! content {
    () => {
        "coalesce((SELECT content FROM attached_file WHERE id = file_id),
            (SELECT pdf FROM issued_invoice WHERE issued_invoice.invoice_id = outbox_attachment.invoice_id))"
    };
}

const SELECT: &str = concat!(
    "SELECT email_id, position, file_name, media_type, coalesce(length(",
    content!(),
    "), 0), sha256 FROM outbox_attachment"
);

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredAttachment> {
    Ok(StoredAttachment {
        email_id: row.get(0)?,
        position: row.get(1)?,
        file_name: row.get(2)?,
        media_type: row.get(3)?,
        size: row.get(4)?,
        sha256: row.get(5)?,
    })
}

impl Snapshot<'_> {
    /// The attachments of an email, in order.
    pub fn attachments(&self, email_id: i64) -> Result<Vec<StoredAttachment>> {
        let sql = format!("{SELECT} WHERE email_id = ?1 ORDER BY position");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let attachments = statement.query_map([email_id], read)?;
        Ok(attachments.collect::<rusqlite::Result<_>>()?)
    }

    /// An attachment of an email with its bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the email has no attachment of this number, [`Error::Damaged`] when its bytes were changed.
    pub fn attached_file(&self, email_id: i64, position: i64) -> Result<AttachedFile> {
        let sql = concat!(
            "SELECT file_name, media_type, sha256, ",
            content!(),
            " FROM outbox_attachment WHERE email_id = ?1 AND position = ?2"
        );
        let read = |row: &rusqlite::Row<'_>| {
            let file = |bytes| -> rusqlite::Result<AttachedFile> {
                Ok(AttachedFile { file_name: row.get(0)?, media_type: row.get(1)?, bytes })
            };
            Ok((file(row.get::<_, Option<_>>(3)?.unwrap_or_default())?, row.get::<_, Hash>(2)?))
        };
        let found = self.transaction.prepare_cached(sql)?.query_row([email_id, position], read).optional()?;
        let Some((file, sha256)) = found else {
            let rule = match self.attachments(email_id)?.len() {
                0 => format!("cannot be given: email {email_id} has no attachments"),
                1 => format!("must be 1, the only attachment of email {email_id}"),
                last => format!("must be 1 to {last}, the attachments of email {email_id}"),
            };
            return Err(Error::invalid("attachment", position, Invalid::rule(rule)));
        };
        if hash_of_document(&file.bytes) != sha256 {
            return Err(Error::Damaged(format!("attachment {position} of email {email_id} was changed")));
        }
        Ok(file)
    }

    /// The attachments of an email with their bytes, in order.
    pub fn attached_files(&self, email_id: i64) -> Result<Vec<AttachedFile>> {
        let attachments = self.attachments(email_id)?;
        attachments.iter().map(|attachment| self.attached_file(email_id, attachment.position)).collect()
    }
}

impl Tx<'_> {
    /// Attaches files to an email that was just queued.
    pub fn insert_attachments(&mut self, email_id: i64, attachments: &[Attachment]) -> Result<()> {
        for (position, attachment) in (1_i64..).zip(attachments) {
            let (sha256, file_id, invoice_id) = match &attachment.content {
                AttachmentContent::IssuedPdf(invoice_id, sha256) => (*sha256, None, Some(*invoice_id)),
                AttachmentContent::Bytes(bytes) => {
                    let sha256 = hash_of_document(bytes);
                    (sha256, Some(self.keep_file(sha256, bytes)?), None)
                }
            };
            let Attachment { file_name, media_type, .. } = attachment;
            self.transaction
                .prepare_cached(
                    "INSERT INTO outbox_attachment (email_id, position, file_name, media_type, sha256, file_id, invoice_id)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![email_id, position, file_name, media_type, sha256, file_id, invoice_id])?;
        }
        Ok(())
    }

    /// The row of a file with these bytes, which is added if there is none.
    fn keep_file(&mut self, sha256: Hash, bytes: &[u8]) -> Result<i64> {
        let known = "SELECT id FROM attached_file WHERE sha256 = ?1";
        let known = self.transaction.prepare_cached(known)?.query_row([sha256], |row| row.get(0)).optional()?;
        if let Some(id) = known {
            return Ok(id);
        }
        let add = "INSERT INTO attached_file (sha256, content) VALUES (?1, ?2)";
        self.transaction.prepare_cached(add)?.execute(params![sha256, bytes])?;
        Ok(self.transaction.last_insert_rowid())
    }
}
