//! Rows of a foreign file as rows of our own: by a dialect, and by what an operator says of single columns.

use std::rc::Rc;

use crate::formats::InputRow;
use crate::formats::dialects::{Dialect, is_column};
use crate::formats::row::Field;
use crate::formats::spreadsheet::{internationalized, is_telephone};
use crate::model::Country;

/// What the columns of a file are to us.
#[derive(Debug, Clone, Default)]
pub struct ColumnMapping {
    /// Their columns with our targets, in the order in which they count.
    columns: Vec<(String, String)>,
    /// Columns that are left aside though the dialect knows them.
    ignored: Vec<String>,
    /// The calling code of numbers that have none.
    calling_code: Option<String>,
    /// Whether a customer without a name may be called by its person or address.
    is_foreign: bool,
}

impl ColumnMapping {
    /// The translation of a dialect, or an empty one.
    pub fn of(dialect: Option<&Dialect>) -> Self {
        let columns = dialect.map(|dialect| dialect.columns).unwrap_or_default();
        let columns = columns.iter().map(|&(theirs, ours)| (theirs.to_owned(), ours.to_owned())).collect();
        Self { columns, ignored: Vec::new(), calling_code: None, is_foreign: dialect.is_some() }
    }

    /// Reads a column of the file as one of ours, in place of what the dialect has for ours and for it.
    pub fn map(&mut self, theirs: &str, ours: &str) {
        self.columns.retain(|(column, target)| target != ours && !is_column(column, theirs));
        self.columns.push((theirs.to_owned(), ours.to_owned()));
        self.is_foreign = true;
    }

    /// Leaves a column of the file aside.
    pub fn ignore(&mut self, theirs: &str) {
        self.ignored.push(theirs.to_owned());
    }

    /// Takes telephone numbers without a sign of an international one for national ones of this calling code.
    pub fn internationalize(&mut self, calling_code: &str) {
        self.calling_code = Some(calling_code.to_owned());
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.ignored.is_empty() && self.calling_code.is_none()
    }

    /// The columns that it names and a file does not have, out of those that an operator named.
    pub fn lacking<'a>(&'a self, asked: &'a [String], columns: &'a [String]) -> impl Iterator<Item = &'a str> {
        let has = |wanted: &str| columns.iter().any(|column| is_column(column, wanted));
        asked.iter().map(String::as_str).filter(move |wanted| !has(wanted))
    }

    /// Whether a column of the file is read, or is ours already.
    pub(crate) fn reads(&self, column: &str) -> bool {
        !self.is_ignored(column) && self.columns.iter().any(|(theirs, _)| is_column(column, theirs))
    }

    pub(crate) fn is_ignored(&self, column: &str) -> bool {
        self.ignored.iter().any(|ignored| is_column(column, ignored))
    }

    /// The columns of ours that a file with these columns has something for.
    pub(crate) fn gives(&self, columns: &[String]) -> Vec<String> {
        let targets = self.columns.iter().filter(|(theirs, _)| columns.iter().any(|column| is_column(column, theirs)));
        let mut gives: Vec<String> = targets.map(|(_, ours)| ours.clone()).collect();
        if self.is_foreign && gives.iter().any(|target| target == "contact_name" || target == "invoice_emails") {
            gives.push("organisation".to_owned());
        }
        gives.extend(columns.iter().filter(|column| !self.is_ignored(column)).cloned());
        gives
    }

    /// What it makes of the fields of these names, so that it is not found out anew for each row.
    pub(crate) fn resolve(&self, names: &[&str]) -> Resolved {
        let place = |theirs: &str| names.iter().position(|name| is_column(name, theirs) && !self.is_ignored(name));
        let sources =
            self.columns.iter().filter_map(|(theirs, ours)| Some((place(theirs)?, ours.as_str().into()))).collect();
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

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Ignored,
    /// It is read as something of ours.
    Read,
    /// It stays what it is.
    AsIs,
}

/// A translation of the columns of one file.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// Places of their fields with our targets, in the order in which they count.
    sources: Vec<(usize, Rc<str>)>,
    uses: Vec<Use>,
    calling_code: Option<String>,
    is_foreign: bool,
}

impl Resolved {
    /// What becomes of the column at a place.
    pub(crate) fn use_of(&self, place: usize) -> Use {
        self.uses.get(place).copied().unwrap_or(Use::AsIs)
    }

    /// The row in our columns. Fields that it has under our names already stay. What cannot be said in ours is left out.
    pub(crate) fn translate(&self, row: &InputRow, left_out: &mut Vec<String>) -> InputRow {
        let mut made = Made::default();
        for (place, target) in &self.sources {
            if let Some((name, field)) = row.fields().get(*place) {
                made.add(target, name, field);
            }
        }
        made.settle_terms(left_out);
        made.settle_people();
        made.settle_address();
        if self.is_foreign {
            made.settle_name();
        }
        for (place, (name, field)) in row.fields().iter().enumerate() {
            if self.use_of(place) == Use::AsIs && made.find(name).is_none() {
                made.fields.push((Rc::clone(name), field.clone()));
            }
        }
        if let Some(code) = &self.calling_code {
            for (_, field) in made.fields.iter_mut().filter(|(name, _)| is_telephone(name)) {
                field.text = internationalized(&field.text, code);
            }
        }
        row.with_fields(made.fields)
    }
}

/// A row that is being put together.
#[derive(Default)]
struct Made {
    fields: Vec<(Rc<str>, Field)>,
    /// Their column of the payment terms.
    terms: Option<String>,
}

impl Made {
    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|(other, _)| **other == *name).map(|(_, field)| field)
    }

    /// The text of a field that is not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.find(name).map(|field| field.text.trim()).filter(|text| !text.is_empty())
    }

    fn take(&mut self, name: &str) -> Option<Field> {
        let place = self.fields.iter().position(|(other, _)| **other == *name)?;
        Some(self.fields.remove(place).1)
    }

    /// Puts one of their fields to what came before for the same target.
    fn add(&mut self, target: &str, theirs: &str, field: &Field) {
        let (name, glue) = match target {
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
            Some((_, before)) if !glue.is_empty() && !text.is_empty() => {
                before.text.push_str(glue);
                before.text.push_str(&text);
            }
            Some(_) => {}
        }
    }

    /// Payment terms map only where they count days from the invoice; others are left out.
    fn settle_terms(&mut self, left_out: &mut Vec<String>) {
        let Some(kind) = self.take("terms_kind") else { return };
        let kind: String = kind.text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        if !matches!(kind.as_str(), "" | "daysafter" | "daysafterbilldate") {
            self.take("payment_terms_days");
            left_out.extend(self.terms.take());
        }
    }

    /// Persons who are to have the invoices have the billing role; one with an address and no name is called by it.
    fn settle_people(&mut self) {
        if !self.fields.iter().any(|(name, _)| name.ends_with("_billing")) {
            return;
        }
        for number in 1..=6 {
            let prefix = if number == 1 { "contact_".to_owned() } else { format!("contact_{number}_") };
            let billing = self.take(&format!("{prefix}billing"));
            let is_there =
                self.text(&format!("{prefix}name")).is_some() || self.text(&format!("{prefix}email")).is_some();
            if let Some(flag) = billing.filter(|flag| is_there && is_yes(&flag.text)) {
                self.fields.push((format!("{prefix}roles").into(), Field { text: "billing".to_owned(), ..flag }));
            }
        }
    }

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

    /// A customer without a name of its own is called by its person, else by its address.
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
            // A person's name is shorter than a company's may be.
            if let Some(name) = self.find("organisation").filter(|name| name.text.chars().count() <= 100).cloned() {
                self.fields.push(("contact_name".into(), name));
            }
        }
    }
}

/// The code of a country that is given by name; anything else stays, to be refused where it is read.
fn country(text: &str) -> String {
    Country::named(text).map_or_else(|| text.trim().to_owned(), |country| country.to_string())
}

/// The words of others for what is in use and what is not.
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
