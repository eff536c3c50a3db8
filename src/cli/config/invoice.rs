//! The sections of the configuration about invoices: `[tax]`, `[seller]` and `[invoice]`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use ssgctl::formats::pdf::{Accent, PaperSize};
use ssgctl::model::invoice::{
    BankDetails, DatedRate, InvoiceParty, InvoiceRules, ReminderLevel, SeriesPattern, SeriesRule, TaxCategory, TaxRules,
};
use ssgctl::model::{Bic, Country, Iban, Name, Organisation, PostalAddress, Zone};
use ssgctl::ops::invoice::{Invoicing, MakePdf, MakeXml};

use crate::config::accounting::AccountingSection;
use crate::config::invoice_look::{InvoiceLook, UndrawnCharacters, make_pdf};
use crate::config::invoice_xml::XmlSyntax;
use crate::exit::{ErrorCode, Failure, Result};

/// `[tax]`: how the operator taxes.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TaxSection {
    country: Option<Country>,
    vat_number: Option<String>,
    domestic: Option<TaxCategory>,
    #[serde(deserialize_with = "rates")]
    standard: Vec<DatedRate>,
    texts: BTreeMap<TaxCategory, String>,
}

/// The rates of the country, at most one from each day: which of two applies would be a guess.
fn rates<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<DatedRate>, D::Error> {
    let rates = Vec::<DatedRate>::deserialize(deserializer)?;
    let mut days = BTreeSet::new();
    match rates.iter().find(|rate| !days.insert(rate.from)) {
        Some(second) => Err(D::Error::custom(format!("has two rates from {}", second.from))),
        None => Ok(rates),
    }
}

/// `[seller]`: the operator as invoices name it, and where customers pay.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SellerSection {
    name: Option<Organisation>,
    address: Vec<String>,
    registration_number: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    bank: Option<String>,
    account_holder: Option<String>,
    iban: Option<Iban>,
    bic: Option<Bic>,
    other_bank_details: Vec<String>,
}

/// `[invoice]`: numbers, dates and texts of invoices.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InvoiceSection {
    series: Option<SeriesPattern>,
    credit_note_series: Option<SeriesPattern>,
    number_width: Option<u8>,
    first_number: Option<i64>,
    timezone: Option<Zone>,
    prepaid_tax: PrepaidTax,
    notes: Vec<String>,
    paper: Option<PaperSize>,
    accent: Option<Accent>,
    logo: Option<PathBuf>,
    fonts: Vec<PathBuf>,
    foot: Vec<String>,
    xml: Option<XmlSyntax>,
    reminders: Vec<LevelText>,
}

/// A level of reminders. Parsing it with the file reports an invalid level at its line.
#[derive(Debug, Clone, Copy)]
struct LevelText(ReminderLevel);

impl<'de> Deserialize<'de> for LevelText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|rule| serde::de::Error::custom(format!("reminders: `{text}` {rule}")))
    }
}

/// When money that is paid in advance is taxed.
#[derive(Debug, Default, Clone, Copy)]
enum PrepaidTax {
    #[default]
    OnPayment,
}

impl<'de> Deserialize<'de> for PrepaidTax {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "on-payment" => Ok(Self::OnPayment),
            "on-usage" => Err(serde::de::Error::custom("prepaid_tax: `on-usage` is not available yet; use on-payment")),
            other => Err(serde::de::Error::custom(format!("prepaid_tax: `{other}` must be on-payment"))),
        }
    }
}

/// A list as `config set` takes it: separated by commas, or as TOML has it if an item has a comma itself.
fn listed_items(items: &[String]) -> String {
    if items.iter().any(|item| item.contains(',')) {
        items.iter().collect::<toml_edit::Array>().to_string()
    } else {
        items.join(", ")
    }
}

/// All settings about invoices.
#[derive(Debug, Default, Clone)]
pub(crate) struct InvoiceSettings {
    pub(crate) tax: TaxSection,
    pub(crate) seller: SellerSection,
    pub(crate) invoice: InvoiceSection,
    pub(crate) accounting: AccountingSection,
    /// The company of `[operator]`, and the zone of `[defaults]`.
    pub(crate) company: Option<Name>,
    pub(crate) zone: Option<Zone>,
    /// The folder of the configuration file, which paths of the logo and of fonts begin in.
    pub(crate) folder: Option<PathBuf>,
    /// What the PDFs made by these settings could not draw.
    pub(crate) undrawn: UndrawnCharacters,
}

impl InvoiceSettings {
    /// The settings as `config show` lists them.
    pub(crate) fn listed(&self) -> Vec<(Cow<'static, str>, Option<String>)> {
        let Self { tax, seller, invoice, .. } = self;
        // As `config set` takes them.
        let rates: Vec<String> = tax.standard.iter().map(|dated| format!("{}={}", dated.from, dated.rate)).collect();
        let texts = tax.texts.iter().map(|(category, text)| (format!("tax.texts.{category}"), Some(text.clone())));
        let reminders: Vec<String> = invoice.reminders.iter().map(|level| level.0.to_string()).collect();
        let fonts: Vec<String> = invoice.fonts.iter().map(|font| font.display().to_string()).collect();
        let list = |items: &[String]| (!items.is_empty()).then(|| listed_items(items));
        let fixed = [
            ("tax.country", tax.country.as_ref().map(ToString::to_string)),
            ("tax.vat_number", tax.vat_number.clone()),
            ("tax.domestic", tax.domestic.map(|category| category.to_string())),
            ("tax.standard", (!rates.is_empty()).then(|| rates.join(", "))),
            ("seller.name", seller.name.as_ref().map(ToString::to_string)),
            ("seller.address", list(&seller.address)),
            ("seller.registration_number", seller.registration_number.clone()),
            ("seller.email", seller.email.clone()),
            ("seller.phone", seller.phone.clone()),
            ("seller.website", seller.website.clone()),
            ("seller.bank", seller.bank.clone()),
            ("seller.account_holder", seller.account_holder.clone()),
            ("seller.iban", seller.iban.as_ref().map(ToString::to_string)),
            ("seller.bic", seller.bic.as_ref().map(ToString::to_string)),
            ("seller.other_bank_details", list(&seller.other_bank_details)),
            ("invoice.series", invoice.series.as_ref().map(ToString::to_string)),
            ("invoice.credit_note_series", invoice.credit_note_series.as_ref().map(ToString::to_string)),
            ("invoice.number_width", invoice.number_width.map(|width| width.to_string())),
            ("invoice.first_number", invoice.first_number.map(|number| number.to_string())),
            ("invoice.timezone", invoice.timezone.as_ref().map(ToString::to_string)),
            ("invoice.notes", list(&invoice.notes)),
            ("invoice.paper", invoice.paper.map(|paper| paper.as_str().to_owned())),
            ("invoice.accent", invoice.accent.map(|accent| accent.to_string())),
            ("invoice.logo", invoice.logo.as_ref().map(|logo| logo.display().to_string())),
            ("invoice.fonts", (!invoice.fonts.is_empty()).then(|| fonts.join(", "))),
            ("invoice.foot", list(&invoice.foot)),
            ("invoice.xml", invoice.xml.map(|syntax| syntax.as_str().to_owned())),
            ("invoice.reminders", list(&reminders)),
        ];
        fixed
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .chain(texts.map(|(key, text)| (key.into(), text)))
            .collect()
    }

    /// The picture of invoices.
    pub(super) fn logo(&self) -> Option<&Path> {
        self.invoice.logo.as_deref()
    }

    /// Makes PDFs in the look of the settings.
    fn make_pdf(&self) -> MakePdf {
        let InvoiceSection { paper, accent, logo, fonts, foot, .. } = &self.invoice;
        let in_folder = |path: &PathBuf| self.folder.as_ref().map_or_else(|| path.clone(), |folder| folder.join(path));
        let look = InvoiceLook {
            paper: paper.unwrap_or_default(),
            accent: accent.unwrap_or_default(),
            logo: logo.as_ref().map(in_folder),
            fonts: fonts.iter().map(in_folder).collect(),
            foot: foot.clone(),
        };
        make_pdf(look, self.undrawn.clone())
    }

    /// Makes the e-invoice that emails have, if they have one.
    pub(crate) fn make_xml(&self) -> Option<MakeXml> {
        let syntax = self.invoice.xml?;
        Some(Arc::new(move |copy| syntax.write(copy).map_err(|rule| rule.to_string())))
    }

    /// The levels of reminders.
    pub(crate) fn reminder_levels(&self) -> Result<Vec<ReminderLevel>> {
        if self.invoice.reminders.is_empty() {
            let failure = Failure::new(ErrorCode::Config, "the configuration does not set reminders in [invoice]");
            return Err(
                failure.hint("set them, such as with `ssgctl config set 'invoice.reminders=-3d, +1d, +7d, +14d'`")
            );
        }
        Ok(self.invoice.reminders.iter().map(|level| level.0).collect())
    }

    /// The zone of the dates of invoices.
    pub(crate) fn zone(&self) -> Zone {
        self.invoice.timezone.clone().or_else(|| self.zone.clone()).unwrap_or(Zone::UTC)
    }

    /// What invoices are made by.
    pub(crate) fn invoicing(&self) -> Result<Invoicing> {
        let missing = |setting: &str| {
            Failure::new(ErrorCode::Config, format!("the configuration does not set {setting}"))
                .hint("invoices need [tax] and [seller]; `ssgctl config init` writes a commented configuration file")
        };
        let Self { tax, seller, invoice, company, .. } = self;
        let country = tax.country.clone().ok_or_else(|| missing("country in [tax]"))?;
        let name = seller.name.as_ref().map(ToString::to_string).or_else(|| company.as_ref().map(ToString::to_string));
        let name = name.ok_or_else(|| missing("name in [seller], or company in [operator]"))?;
        // In front of a file, the address is text like any other, so an error has no line.
        let address = (!seller.address.is_empty()).then(|| PostalAddress::from_lines(&seller.address)).transpose();
        let address = address
            .map_err(|rule| Failure::new(ErrorCode::Config, format!("address in [seller]: an address {rule}")))?;
        let rules = InvoiceRules {
            seller: InvoiceParty {
                name,
                address,
                country: Some(country.clone()),
                vat_number: tax.vat_number.clone(),
                registration_number: seller.registration_number.clone(),
                account_code: None,
                email: seller.email.clone(),
                phone: seller.phone.clone(),
                website: seller.website.clone(),
            },
            tax: TaxRules {
                country,
                vat_number: tax.vat_number.clone(),
                domestic: tax.domestic.unwrap_or(TaxCategory::Standard),
                standard: tax.standard.clone(),
                texts: tax.texts.clone(),
            },
            invoices: self.series(invoice.series.as_ref(), "INV-{year}-")?,
            credit_notes: self.series(invoice.credit_note_series.as_ref(), "CN-{year}-")?,
            zone: self.zone(),
            bank: BankDetails {
                bank: seller.bank.clone(),
                account_holder: seller.account_holder.clone(),
                iban: seller.iban.as_ref().map(ToString::to_string),
                bic: seller.bic.as_ref().map(ToString::to_string),
                other_details: seller.other_bank_details.clone(),
            },
            notes: invoice.notes.clone(),
        };
        // `prepaid_tax` has only one value yet, which is what `payment record` does.
        let PrepaidTax::OnPayment = invoice.prepaid_tax;
        if rules.invoices.pattern == rules.credit_notes.pattern {
            let message = "series and credit_note_series in [invoice] must differ";
            return Err(Failure::new(ErrorCode::Config, message));
        }
        Ok(Invoicing { rules, make_pdf: self.make_pdf(), mailing: None })
    }

    fn series(&self, pattern: Option<&SeriesPattern>, default: &str) -> Result<SeriesRule> {
        let internal = |rule| Failure::new(ErrorCode::Internal, format!("{default} {rule}"));
        let pattern = pattern.cloned().map_or_else(|| default.parse().map_err(internal), Ok)?;
        let width = self.invoice.number_width.unwrap_or(4).clamp(1, 12);
        Ok(SeriesRule { pattern, width, start: self.invoice.first_number.unwrap_or(1).max(1) })
    }
}
