//! Translates rows of a foreign file into our columns, by a dialect and by the options for single columns.

use std::rc::Rc;

use crate::error::Fault;
use crate::formats::InputRow;
use crate::formats::dialects::{Dialect, is_column};
use crate::formats::row::Field;
use crate::formats::spreadsheet;
use crate::model::Country;

/// How the columns of a file map to ours.
#[derive(Debug, Clone, Default)]
pub struct ColumnMapping {
    /// Pairs of a column of the file and our target, in order of priority.
    columns: Vec<(String, String)>,
    /// Columns to ignore although the dialect maps them.
    ignored: Vec<String>,
    /// The calling code for national telephone numbers.
    calling_code: Option<String>,
    /// Whether a customer without a name may take the name or address of its contact.
    is_foreign: bool,
}

impl ColumnMapping {
    /// The mapping of a dialect; empty without a dialect.
    pub fn of(dialect: Option<&Dialect>) -> Self {
        let columns = dialect.map(|dialect| dialect.columns).unwrap_or_default();
        let columns = columns.iter().map(|&(theirs, ours)| (theirs.to_owned(), ours.to_owned())).collect();
        Self { columns, ignored: Vec::new(), calling_code: None, is_foreign: dialect.is_some() }
    }

    /// Maps a column of the file to one of ours and replaces the dialect's mappings of both.
    pub fn map(&mut self, theirs: &str, ours: &str) {
        self.columns.retain(|(column, target)| target != ours && !is_column(column, theirs));
        self.columns.push((theirs.to_owned(), ours.to_owned()));
        self.is_foreign = true;
    }

    /// Ignores a column of the file.
    pub fn ignore(&mut self, theirs: &str) {
        self.ignored.push(theirs.to_owned());
    }

    /// Sets the calling code of telephone numbers in national form, for rows of its country and rows without a country.
    pub fn internationalize(&mut self, calling_code: &str) {
        self.calling_code = Some(calling_code.to_owned());
    }

    /// Whether the mapping changes nothing.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.ignored.is_empty() && self.calling_code.is_none()
    }

    /// The columns named by the operator that the file does not have.
    pub fn missing<'a>(&'a self, wanted: &'a [String], columns: &'a [String]) -> impl Iterator<Item = &'a str> {
        let has = |wanted: &str| columns.iter().any(|column| is_column(column, wanted));
        wanted.iter().map(String::as_str).filter(move |name| !has(name))
    }

    /// Whether columns of the file are mapped to ours.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// The column of the file that is imported as one of our fields.
    pub fn source_of<'a>(&self, field: &str, columns: &'a [String]) -> Option<&'a str> {
        let (theirs, _) = self.columns.iter().find(|(_, ours)| ours == field)?;
        columns.iter().find(|column| is_column(column, theirs)).map(String::as_str)
    }

    /// Whether a column of the file is mapped to one of ours.
    pub(crate) fn reads(&self, column: &str) -> bool {
        !self.is_ignored(column) && self.columns.iter().any(|(theirs, _)| is_column(column, theirs))
    }

    pub(crate) fn is_ignored(&self, column: &str) -> bool {
        self.ignored.iter().any(|ignored| is_column(column, ignored))
    }

    /// Our columns that a file with these columns can fill.
    pub(crate) fn targets(&self, columns: &[String]) -> Vec<String> {
        let mapped = self.columns.iter().filter(|(theirs, _)| columns.iter().any(|column| is_column(column, theirs)));
        let mut targets: Vec<String> = mapped.map(|(_, ours)| ours.clone()).collect();
        if self.is_foreign && targets.iter().any(|target| target == "contact_name" || target == "invoice_emails") {
            targets.push("organisation".to_owned());
        }
        targets.extend(columns.iter().filter(|column| !self.is_ignored(column)).cloned());
        targets
    }

    /// Resolves the mapping for fields with these names once, so that rows are translated without comparing names.
    pub(crate) fn resolve(&self, names: &[&str]) -> Resolved {
        let index_of = |theirs: &str| names.iter().position(|name| is_column(name, theirs) && !self.is_ignored(name));
        let sources =
            self.columns.iter().filter_map(|(theirs, ours)| Some((index_of(theirs)?, ours.as_str().into()))).collect();
        let use_of = |name: &str| match () {
            () if self.is_ignored(name) => Use::Ignored,
            () if self.reads(name) => Use::Read,
            () => Use::AsIs,
        };
        Resolved {
            sources,
            uses: names.iter().map(|name| use_of(name)).collect(),
            calling_code: self.calling_code.clone(),
            is_foreign: self.is_foreign,
        }
    }
}

/// How a column is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Ignored,
    /// Mapped to one of our columns.
    Read,
    /// Keeps its own name.
    AsIs,
}

/// A mapping that is resolved for the columns of one file.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// Pairs of a field index and our target, in order of priority.
    sources: Vec<(usize, Rc<str>)>,
    uses: Vec<Use>,
    calling_code: Option<String>,
    is_foreign: bool,
}

impl Resolved {
    /// How the column at an index is used.
    pub(crate) fn use_of(&self, index: usize) -> Use {
        self.uses.get(index).copied().unwrap_or(Use::AsIs)
    }

    /// Rejects a row with a mapped cell that has no real value.
    pub(crate) fn check(&self, row: &InputRow) -> Result<(), Fault> {
        spreadsheet::check_mapped(row, |index| self.use_of(index) == Use::Read)
    }

    /// The calling code of telephone numbers in national form.
    pub(crate) fn calling_code(&self) -> Option<&str> {
        self.calling_code.as_deref()
    }

    /// Translates a row into our columns. Fields that already have one of our names are kept. Columns with values that we cannot
    /// represent are added to `left_out`.
    pub(crate) fn translate(&self, row: &InputRow, left_out: &mut Vec<String>) -> InputRow {
        let mut translated = TranslatedRow::default();
        for (index, target) in &self.sources {
            if let Some((name, field)) = row.fields().get(*index) {
                translated.add(target, name, field);
            }
        }
        translated.settle_terms(left_out);
        translated.settle_contacts();
        translated.settle_address();
        if self.is_foreign {
            translated.settle_name();
        }
        for (index, (name, field)) in row.fields().iter().enumerate() {
            if self.use_of(index) == Use::AsIs && translated.find(name).is_none() {
                translated.fields.push((Rc::clone(name), field.clone()));
            }
        }
        row.with_fields(translated.fields)
    }
}

/// The translation of a row in progress.
#[derive(Default)]
struct TranslatedRow {
    fields: Vec<(Rc<str>, Field)>,
    /// The column of the file with the payment terms.
    terms: Option<String>,
}

impl TranslatedRow {
    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|(other, _)| **other == *name).map(|(_, field)| field)
    }

    /// The text of a field that is not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.find(name).map(|field| field.text.trim()).filter(|text| !text.is_empty())
    }

    fn take(&mut self, name: &str) -> Option<Field> {
        let index = self.fields.iter().position(|(other, _)| **other == *name)?;
        Some(self.fields.remove(index).1)
    }

    /// Adds a field of the file to the target, joined to earlier fields of the same target.
    fn add(&mut self, target: &str, theirs: &str, field: &Field) {
        let (name, separator) = match target {
            "invoice_address+" => ("invoice_address", " "),
            "invoice_address" | "street_address" => (target, "\n"),
            "invoice_emails" => (target, ","),
            _ if target.ends_with("_name") => (target, " "),
            _ => (target, ""),
        };
        if name == "payment_terms_days" {
            self.terms = Some(theirs.to_owned());
        }
        let text = match name {
            "country" | "street_country" => country(&field.text),
            "status" => status(&field.text),
            _ => field.text.trim().to_owned(),
        };
        match self.fields.iter_mut().find(|(other, _)| **other == *name) {
            None => self.fields.push((name.into(), Field { text, ..field.clone() })),
            Some((_, before)) if before.text.is_empty() => *before = Field { text, ..field.clone() },
            Some((_, before)) if !separator.is_empty() && !text.is_empty() => {
                before.text.push_str(separator);
                before.text.push_str(&text);
            }
            Some(_) => {}
        }
    }

    /// Keeps payment terms only if they count days from the invoice, because we cannot represent others.
    fn settle_terms(&mut self, left_out: &mut Vec<String>) {
        let Some(kind) = self.take("terms_kind") else { return };
        let kind: String = kind.text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        if !matches!(kind.as_str(), "" | "daysafter" | "daysafterbilldate") {
            self.take("payment_terms_days");
            left_out.extend(self.terms.take());
        }
    }

    /// Gives the billing role to contacts that receive invoices.
    fn settle_contacts(&mut self) {
        if !self.fields.iter().any(|(name, _)| name.ends_with("_billing")) {
            return;
        }
        for number in 1..=6 {
            let prefix = if number == 1 { "contact_".to_owned() } else { format!("contact_{number}_") };
            let billing = self.take(&format!("{prefix}billing"));
            let exists =
                self.text(&format!("{prefix}name")).is_some() || self.text(&format!("{prefix}email")).is_some();
            if let Some(flag) = billing.filter(|flag| exists && is_yes(&flag.text)) {
                self.fields.push((format!("{prefix}roles").into(), Field { text: "billing".to_owned(), ..flag }));
            }
        }
    }

    /// Uses the street address if there is no invoice address, and puts a separate company name on its first line.
    fn settle_address(&mut self) {
        let street = self.take("street_address");
        if self.text("invoice_address").is_none()
            && let Some(street) = street.filter(|street| !street.text.is_empty())
        {
            self.take("invoice_address");
            self.fields.push(("invoice_address".into(), street));
        }
        let street_country = self.take("street_country");
        if self.text("country").is_none()
            && let Some(country) = street_country.filter(|country| !country.text.is_empty())
        {
            self.take("country");
            self.fields.push(("country".into(), country));
        }
        let Some(company) = self.take("company").filter(|company| !company.text.is_empty()) else { return };
        if self.text("organisation") != Some(company.text.as_str()) {
            match self.fields.iter_mut().find(|(name, _)| **name == *"invoice_address") {
                Some((_, address)) => address.text = format!("{}\n{}", company.text, address.text),
                None => self.fields.push(("invoice_address".into(), company)),
            }
        }
    }

    /// Names a customer without a name after its contact, else after its invoice address; likewise a contact without a name
    /// after its customer.
    fn settle_name(&mut self) {
        if self.text("organisation").is_none() {
            let name = ["contact_name", "invoice_emails"].iter().find(|name| self.text(name).is_some());
            if let Some(field) = name.and_then(|name| self.find(name)).cloned() {
                self.take("organisation");
                self.fields.push(("organisation".into(), field));
            }
        }
        let is_reachable = ["contact_email", "contact_mobile"].iter().any(|name| self.text(name).is_some());
        if is_reachable && self.text("contact_name").is_none() {
            self.take("contact_name");
            // A contact's name has at most 100 characters, an organisation's up to 200.
            if let Some(name) = self.find("organisation").filter(|name| name.text.chars().count() <= 100).cloned() {
                self.fields.push(("contact_name".into(), name));
            }
        }
    }
}

/// The code of a country given by name. Other text is kept, so that parsing it later reports the fault.
fn country(text: &str) -> String {
    Country::named(text).map_or_else(|| text.trim().to_owned(), |country| country.to_string())
}

/// Translates the status words of other programs.
fn status(text: &str) -> String {
    match text.trim().to_lowercase().as_str() {
        "inactive" => "active".to_owned(),
        "closed" => "archived".to_owned(),
        _ => text.trim().to_owned(),
    }
}

fn is_yes(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "true" | "yes" | "y" | "1")
}
