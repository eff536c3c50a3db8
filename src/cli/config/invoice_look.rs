//! The look of invoices, and the function that makes their PDFs in it: the only place where a document becomes one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ssgctl::Error;
use ssgctl::error::quoted;
use ssgctl::formats::pdf::{Accent, FontFile, Logo, PaperSize, PdfStyle, invoice_pdf};
use ssgctl::model::Invalid;
use ssgctl::ops::invoice::MakePdf;

/// The look of invoices, with the paths of the files that it takes.
#[derive(Debug, Clone)]
pub(super) struct InvoiceLook {
    pub(super) paper: PaperSize,
    pub(super) accent: Accent,
    pub(super) logo: Option<PathBuf>,
    pub(super) fonts: Vec<PathBuf>,
    pub(super) foot: Vec<String>,
}

impl InvoiceLook {
    /// Reads the files. A message says which of them cannot be used.
    fn style(&self) -> Result<PdfStyle, String> {
        let logo = self.logo.as_deref().map(|path| parsed(path, "logo", |bytes| Logo::parse(&bytes))).transpose()?;
        let fonts = self.fonts.iter().map(|path| parsed(path, "font", FontFile::parse)).collect::<Result<_, _>>()?;
        Ok(PdfStyle { paper: self.paper, accent: self.accent, logo, fonts, foot: self.foot.clone() })
    }
}

fn parsed<T>(path: &Path, what: &str, parse: impl FnOnce(Vec<u8>) -> Result<T, Invalid>) -> Result<T, String> {
    let file = quoted(path.display());
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read the {what} {file} of invoices: {error}"))?;
    parse(bytes).map_err(|rule| format!("the {what} {file} of invoices {rule}"))
}

/// Characters that no font had, by the document that has boxes for them.
#[derive(Debug, Default, Clone)]
pub(crate) struct UndrawnCharacters(Arc<Mutex<BTreeMap<String, BTreeSet<char>>>>);

impl UndrawnCharacters {
    fn add(&self, document: String, characters: BTreeSet<char>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(document, characters);
    }

    /// A warning for each document since the last call.
    pub(crate) fn take_warnings(&self) -> Vec<String> {
        let documents = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let warning = |(document, characters): (String, BTreeSet<char>)| {
            let characters: Vec<String> =
                characters.into_iter().map(|c| format!("{c} (U+{:04X})", u32::from(c))).collect();
            let characters = characters.join(", ");
            format!(
                "the PDF of {document} has boxes for characters that no font has: {characters}; add a font to `fonts` in [invoice]"
            )
        };
        documents.into_iter().map(warning).collect()
    }
}

/// Makes PDFs in a look. Its files are read for the first of them, because most commands make none.
pub(super) fn make_pdf(look: InvoiceLook, undrawn: UndrawnCharacters) -> MakePdf {
    let style = OnceLock::new();
    Arc::new(move |_, copy| {
        let style = style.get_or_init(|| look.style()).as_ref().map_err(|reason| Error::Refused(reason.clone()))?;
        let pdf = invoice_pdf(copy, style);
        if !pdf.missing.is_empty() {
            let document = copy.number.clone().unwrap_or_else(|| copy.payment.reference.to_string());
            undrawn.add(document, pdf.missing);
        }
        Ok(Some(pdf.bytes))
    })
}
