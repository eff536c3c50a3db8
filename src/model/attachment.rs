//! Files that are attached to emails.

use crate::model::{Hash, OutboxEmail};

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub file_name: String,
    /// Such as `application/pdf`.
    pub media_type: &'static str,
    pub content: AttachmentContent,
}

/// Where the bytes of an attachment are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentContent {
    /// They are stored with the email.
    Bytes(Vec<u8>),
    /// They are the PDF that is stored with the issued invoice of this ID, with its hash.
    IssuedPdf(i64, Hash),
}

/// An attachment of an email in the outbox, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttachment {
    pub email_id: i64,
    /// From 1.
    pub position: i64,
    pub file_name: String,
    pub media_type: String,
    /// The number of bytes.
    pub size: i64,
    pub sha256: Hash,
}

/// An attachment with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    pub file_name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// An email with everything that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingEmail {
    pub email: OutboxEmail,
    pub attachments: Vec<AttachedFile>,
}

/// The name of a document as the name of a file: characters that a file system or a shell treats specially become `-`.
pub fn file_name(document: &str, extension: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut name: String = document.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    // A leading dot hides a file.
    if !name.starts_with(char::is_alphanumeric) {
        name.insert(0, '_');
    }
    let most = 100;
    name.truncate(name.char_indices().nth(most).map_or(name.len(), |(at, _)| at));
    format!("{name}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_file_that_every_system_can_save() {
        for (document, name) in [
            ("INV-2026-0007", "INV-2026-0007.pdf"),
            ("2026/7", "2026-7.pdf"),
            ("../etc/passwd", "_..-etc-passwd.pdf"),
            ("a\"b\r\nc", "a-b--c.pdf"),
            ("Zażółć 7", "Zażółć-7.pdf"),
            ("-rf", "_-rf.pdf"),
            ("", "_.pdf"),
        ] {
            assert_eq!(file_name(document, "pdf"), name, "{document:?}");
        }
        assert_eq!(file_name(&"é".repeat(300), "pdf").chars().count(), 104);
    }
}
