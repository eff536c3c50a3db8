//! `[accounting]`: how the operator set up the program that its invoices are exported to.

use serde::Deserialize;
use ssgctl::formats::accounting::{
    ExportDates, HledgerSettings, QuickbooksSettings, Sage50Settings, TaxCode, TaxCodes, XeroSettings,
};
use ssgctl::model::Currency;
use ssgctl::model::invoice::{TaxCategory, TaxRate};

use crate::exit::{ErrorCode, Failure, Result};

/// A section for each program. Nothing has a default where companies differ: a wrong tax code is worse than none.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccountingSection {
    xero: Option<XeroSection>,
    quickbooks: Option<QuickbooksSection>,
    sage50: Option<Sage50Section>,
    hledger: HledgerSection,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct XeroSection {
    dates: ExportDates,
    revenue_account: String,
    tax_codes: Vec<TaxCodeSetting>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuickbooksSection {
    dates: ExportDates,
    item: String,
    tax_codes: Option<Vec<TaxCodeSetting>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sage50Section {
    currency: Currency,
    sales_nominal: String,
    bank_nominal: String,
    tax_codes: Vec<TaxCodeSetting>,
    no_tax_code: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HledgerSection {
    receivable: Option<String>,
    revenue: Option<String>,
    vat: Option<String>,
    bank: Option<String>,
}

/// `{ category = "S", rate = "20", code = "T1" }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxCodeSetting {
    category: TaxCategory,
    rate: Option<TaxRate>,
    code: String,
}

impl AccountingSection {
    pub(crate) fn xero(&self) -> Result<XeroSettings> {
        let section = self.xero.clone().ok_or_else(|| missing("xero"))?;
        Ok(XeroSettings {
            dates: section.dates,
            revenue_account: section.revenue_account,
            tax_types: tax_codes(section.tax_codes),
        })
    }

    pub(crate) fn quickbooks(&self) -> Result<QuickbooksSettings> {
        let section = self.quickbooks.clone().ok_or_else(|| missing("quickbooks"))?;
        let tax_codes = section.tax_codes.map(tax_codes);
        Ok(QuickbooksSettings { dates: section.dates, item: section.item, tax_codes })
    }

    pub(crate) fn sage50(&self) -> Result<Sage50Settings> {
        let section = self.sage50.clone().ok_or_else(|| missing("sage50"))?;
        Ok(Sage50Settings {
            currency: section.currency,
            sales_nominal: section.sales_nominal,
            bank_nominal: section.bank_nominal,
            tax_codes: tax_codes(section.tax_codes),
            no_tax_code: section.no_tax_code,
        })
    }

    pub(crate) fn hledger(&self) -> HledgerSettings {
        let HledgerSection { receivable, revenue, vat, bank } = self.hledger.clone();
        let usual = HledgerSettings::default();
        HledgerSettings {
            receivable: receivable.unwrap_or(usual.receivable),
            revenue: revenue.unwrap_or(usual.revenue),
            vat: vat.unwrap_or(usual.vat),
            bank: bank.unwrap_or(usual.bank),
        }
    }
}

fn tax_codes(settings: Vec<TaxCodeSetting>) -> TaxCodes {
    TaxCodes(
        settings.into_iter().map(|TaxCodeSetting { category, rate, code }| TaxCode { category, rate, code }).collect(),
    )
}

fn missing(program: &str) -> Failure {
    Failure::new(ErrorCode::Config, format!("the configuration has no section [accounting.{program}]"))
        .hint("`ssgctl config init` writes a commented configuration file")
}
