//! Exports to accounting programs, read back against the rules of each program.

use std::process::Command;

use ssgctl::formats::accounting::{
    AccountingExport, ExportDates, HledgerSettings, QuickbooksSettings, ReceivedPayment, Sage50Settings, TaxCode,
    TaxCodes, XeroSettings, hledger, quickbooks, sage50, xero,
};
use ssgctl::model::Money;
use ssgctl::model::invoice::{InvoiceCopy, InvoiceKind, TaxCategory};

use crate::support::invoice_copies::{self, line, money, sum_up};

fn codes() -> TaxCodes {
    let code = |category, rate: Option<&str>, code: &str| TaxCode {
        category,
        rate: rate.map(|rate| rate.parse().expect(rate)),
        code: code.to_owned(),
    };
    TaxCodes(vec![
        code(TaxCategory::Standard, Some("20"), "20% (VAT on Income)"),
        code(TaxCategory::Standard, None, "Other VAT"),
        code(TaxCategory::ReverseCharge, None, "Reverse Charge"),
        code(TaxCategory::OutsideScope, None, "No VAT"),
    ])
}

fn xero_settings() -> XeroSettings {
    XeroSettings { dates: ExportDates::DayFirst, revenue_account: "200".to_owned(), tax_types: codes() }
}

fn quickbooks_settings(tax_codes: Option<TaxCodes>) -> QuickbooksSettings {
    QuickbooksSettings { dates: ExportDates::MonthFirst, item: "Messaging".to_owned(), tax_codes }
}

fn sage_settings() -> Sage50Settings {
    Sage50Settings {
        currency: "EUR".parse().expect("EUR"),
        sales_nominal: "4000".to_owned(),
        bank_nominal: "1200".to_owned(),
        tax_codes: codes(),
        no_tax_code: "T9".to_owned(),
    }
}

fn payment(amount: &str) -> ReceivedPayment {
    ReceivedPayment {
        customer: "THISTLE".parse().expect("a code"),
        customer_name: "Thistle Mobile Ltd".to_owned(),
        received_on: "2026-12-05".parse().expect("a date"),
        currency: "EUR".parse().expect("EUR"),
        amount: money(amount),
        reference: "BANK-77".to_owned(),
    }
}

/// The documents that all programs take.
fn documents() -> Vec<InvoiceCopy> {
    vec![invoice_copies::one_line(), invoice_copies::forty_lines(), invoice_copies::credit_note()]
}

/// The rows of a file by the names of its columns.
struct Rows {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn of(text: &str) -> Self {
        assert!(!text.replace("\r\n", "").contains(['\r']), "line ends");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
        Self { header, rows }
    }

    fn cell(&self, row: usize, name: &str) -> &str {
        let column = self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name}"));
        &self.rows[row][column]
    }

    fn sum(&self, name: &str) -> Money {
        let amounts = (0..self.rows.len()).map(|row| money(self.cell(row, name)));
        amounts.fold(Money::ZERO, |sum, amount| sum.checked_add(amount).expect("a sum"))
    }

    /// Asserts that a program that multiplies and rounds to cents gets the net amounts of the lines.
    fn assert_products(&self, quantity: &str, price: &str, nets: &[Money]) {
        assert_eq!(self.rows.len(), nets.len());
        for (row, net) in nets.iter().enumerate() {
            let (quantity, price) = (money(self.cell(row, quantity)), money(self.cell(row, price)));
            for value in [quantity, price] {
                assert_eq!(value.e8() % 10_000, 0, "{value} has more than four decimals");
            }
            let exact = i128::from(quantity.e8()) * i128::from(price.e8()) / 100_000_000;
            let cents = (exact + 500_000).div_euclid(1_000_000) * 1_000_000;
            assert_eq!(cents, i128::from(net.e8()), "row {row}: {quantity} × {price}");
        }
    }
}

fn nets(copies: &[InvoiceCopy]) -> Vec<Money> {
    copies.iter().flat_map(|copy| copy.lines.iter().map(|line| line.net)).collect()
}

fn file<'e>(export: &'e AccountingExport, name: &str) -> &'e str {
    &export.files.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("no {name}")).text
}

#[test]
fn xero_gets_a_row_for_each_line_and_credit_notes_apart() {
    let export = xero(&documents(), &xero_settings()).expect("an export");
    let names: Vec<&str> = export.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["xero-invoices-1.csv", "xero-credit-notes-1.csv"]);
    let text = file(&export, "xero-invoices-1.csv");
    assert!(text.starts_with(
        "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,\
         POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,InventoryItemCode,*Description,*Quantity,*UnitAmount,Discount,\
         *AccountCode,*TaxType,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme\r\n"
    ));
    let rows = Rows::of(text);
    rows.assert_products("*Quantity", "*UnitAmount", &nets(&documents()[..2]));
    for name in rows.header.iter().filter(|name| name.starts_with('*')) {
        assert!((0..rows.rows.len()).all(|row| !rows.cell(row, name).is_empty()), "{name} is required");
    }
    assert_eq!(rows.cell(0, "*InvoiceDate"), "28/11/2026");
    assert_eq!(rows.cell(0, "*DueDate"), "28/12/2026");
    assert_eq!(rows.cell(0, "*Quantity"), "5000");
    assert_eq!(rows.cell(0, "Reference"), "RF3442");
    assert_eq!(rows.cell(0, "POCountry"), "Ireland");
    // 0.01530306 has more decimals than Xero keeps.
    assert_eq!(rows.cell(1, "*Quantity"), "1");
    assert!(rows.cell(1, "*Description").ends_with("(1111 message parts at 0.01530306)"));
    let taxes: Vec<&str> = (9..12).map(|row| rows.cell(row, "*TaxType")).collect();
    assert_eq!(taxes, ["20% (VAT on Income)", "Other VAT", "20% (VAT on Income)"]);
    let credits = Rows::of(file(&export, "xero-credit-notes-1.csv"));
    assert_eq!(credits.cell(0, "*UnitAmount"), "0.04");
    assert_eq!(credits.cell(0, "Reference"), "INV-2026-0007");
}

#[test]
fn xero_takes_500_invoices_a_file() {
    let copies: Vec<InvoiceCopy> = (0..1_001)
        .map(|index| InvoiceCopy { number: Some(format!("INV-{index}")), ..invoice_copies::one_line() })
        .collect();
    let export = xero(&copies, &xero_settings()).expect("an export");
    let counts: Vec<usize> = export.files.iter().map(|file| Rows::of(&file.text).rows.len()).collect();
    assert_eq!(counts, [500, 500, 1]);
}

#[test]
fn quickbooks_gets_taxes_that_add_up_and_no_credit_notes() {
    let export = quickbooks(&documents(), &quickbooks_settings(Some(codes()))).expect("an export");
    assert_eq!(export.left_out, ["CN-2026-0001"]);
    let rows = Rows::of(file(&export, "quickbooks-invoices.csv"));
    rows.assert_products("ItemQuantity", "ItemRate", &nets(&documents()[..2]));
    let taxes = documents()[..2].iter().fold(Money::ZERO, |sum, copy| sum.checked_add(copy.totals.tax).expect("a sum"));
    assert_eq!(rows.sum("ItemTaxAmount"), taxes);
    assert_eq!(rows.cell(0, "*InvoiceDate"), "11/28/2026");
    assert_eq!(rows.cell(0, "Terms"), "Net 30");
    assert_eq!(rows.cell(1, "Service Date"), "10/31/2026");

    let american = quickbooks(&documents()[..1], &quickbooks_settings(None)).expect("an export");
    let text = file(&american, "quickbooks-invoices.csv");
    assert!(text.starts_with(
        "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),ItemDescription,ItemQuantity,\
         ItemRate,*ItemAmount,Service Date\r\n"
    ));
}

#[test]
fn sage_gets_invoices_credits_and_payments_on_account() {
    let export = sage50(&documents(), &[payment("240"), payment("-5")], &sage_settings()).expect("an export");
    assert_eq!(export.left_out, ["BANK-77"], "a refund cannot be imported");
    let text = file(&export, "sage50-audit-trail.csv");
    assert!(text.starts_with(
        "Type,Account Reference,Nominal A/C Ref,Department Code,Date,Reference,Details,Net Amount,Tax Code,Tax Amount,\
         Exchange Rate,Extra Reference,User Name,Project Refn,Cost Code Refn\r\nSI,THISTLE,4000,0,28/11/2026,INV-2026-0007,\
         \"5,000 SMS credits\",200.00,20% (VAT on Income),40.00,1,,,,\r\n"
    ));
    let rows = Rows::of(text);
    let kinds: Vec<&str> = (40..43).map(|row| rows.cell(row, "Type")).collect();
    assert_eq!(kinds, ["SI", "SC", "SA"]);
    assert_eq!(rows.cell(42, "Nominal A/C Ref"), "1200");
    assert_eq!(rows.cell(42, "Tax Code"), "T9");
    for row in 0..rows.rows.len() {
        assert!(rows.cell(row, "Account Reference").len() <= 8 && rows.cell(row, "Details").chars().count() <= 60);
        assert!(money(rows.cell(row, "Net Amount")) >= Money::ZERO);
    }
}

#[test]
fn a_line_that_takes_something_back_is_a_credit_for_sage() {
    let mut copy = invoice_copies::one_line();
    copy.lines.push(line("refund", ["-1", "", "10", "-10"], TaxCategory::Standard, "20"));
    sum_up(&mut copy, "0");
    let export = sage50(&[copy], &[], &sage_settings()).expect("an export");
    let rows = Rows::of(file(&export, "sage50-audit-trail.csv"));
    let (net, tax) = (rows.cell(1, "Net Amount"), rows.cell(1, "Tax Amount"));
    assert_eq!((rows.cell(1, "Type"), net, tax), ("SC", "10.00", "2.00"));
}

/// Each rule of a program that a document can break refuses the export, with the number of the document.
#[test]
fn what_a_program_does_not_take_is_refused() {
    let with = |change: &dyn Fn(&mut InvoiceCopy)| {
        let mut copy = invoice_copies::one_line();
        change(&mut copy);
        [copy]
    };
    let pro_forma = [invoice_copies::pro_forma()];
    let refused = "RF3442: a pro-forma is not exported to accounts";
    assert_eq!(xero(&pro_forma, &xero_settings()).expect_err("refused").to_string(), refused);
    assert_eq!(quickbooks(&pro_forma, &quickbooks_settings(None)).expect_err("refused").to_string(), refused);
    assert_eq!(sage50(&pro_forma, &[], &sage_settings()).expect_err("refused").to_string(), refused);
    assert_eq!(hledger(&pro_forma, &[], &HledgerSettings::default()).expect_err("refused").to_string(), refused);

    let exempt = with(&|copy| copy.lines[0].category = TaxCategory::Exempt);
    let refused = "INV-2026-0007: no tax code is set for category E at 20%";
    assert_eq!(xero(&exempt, &xero_settings()).expect_err("refused").to_string(), refused);

    let long = with(&|copy| copy.number = Some("INV-2026-000000000000007".to_owned()));
    let refused = quickbooks(&long, &quickbooks_settings(None)).expect_err("refused").to_string();
    assert!(refused.ends_with("has 24 characters, more than 21"), "{refused}");
    let negative = with(&|copy| {
        copy.lines[0].net = money("-1");
        sum_up(copy, "0");
    });
    assert!(quickbooks(&negative, &quickbooks_settings(None)).is_err());

    let long = with(&|copy| copy.buyer.account_code = Some("THISTLE-UK".parse().expect("a code")));
    assert!(sage50(&long, &[], &sage_settings()).is_err());
    let dollars = with(&|copy| copy.currency = "USD".parse().expect("USD"));
    let refused = sage50(&dollars, &[], &sage_settings()).expect_err("refused").to_string();
    assert_eq!(refused, "INV-2026-0007: it is in USD, and the accounts are in EUR");
}

#[test]
fn no_cell_is_taken_for_a_formula_and_no_name_breaks_a_row() {
    let mut copy = invoice_copies::one_line();
    copy.buyer.name = "=HYPERLINK(\"http://evil\"),\nLtd".to_owned();
    copy.lines[0].description = "+1;2\r\n|3".to_owned();
    let export = xero(std::slice::from_ref(&copy), &xero_settings()).expect("an export");
    let rows = Rows::of(&export.files[0].text);
    assert_eq!(rows.cell(0, "*ContactName"), " =HYPERLINK(\"http://evil\"),, Ltd");
    assert_eq!(rows.cell(0, "*Description"), " +1;2, |3");
    let journal = hledger(&[copy], &[], &HledgerSettings::default()).expect("a journal");
    assert!(journal.contains("2026-11-28 (INV-2026-0007) =HYPERLINK(\"http://evil\"), Ltd\n"), "{journal}");
}

#[test]
fn the_journal_balances_and_hledger_accepts_it() {
    let mut copies = documents();
    let mut yen = invoice_copies::yen();
    yen.buyer.account_code = Some("SAKURA".parse().expect("a code"));
    copies.push(yen);
    let journal = hledger(&copies, &[payment("240"), payment("-5")], &HledgerSettings::default()).expect("a journal");
    for expected in [
        "commodity 1000.00 EUR\ncommodity 1000. JPY\naccount assets:bank\naccount assets:receivable:SAKURA\n",
        "\n2026-11-28 (INV-2026-0007) Thistle Mobile Ltd\n    assets:receivable:THISTLE  240.00 EUR\n    income:messages  -200.00 EUR\n    \
         liabilities:vat  -40.00 EUR\n",
        "\n2026-12-02 (CN-2026-0001) Thistle Mobile Ltd\n    assets:receivable:THISTLE  -48.00 EUR\n    income:messages  40.00 EUR\n",
        "\n2026-12-05 Thistle Mobile Ltd | payment BANK-77\n    assets:bank  240.00 EUR\n    assets:receivable:THISTLE  -240.00 EUR\n",
        "| refund BANK-77\n    assets:bank  -5.00 EUR\n",
        "    income:messages  -103303. JPY\n",
    ] {
        assert!(journal.contains(expected), "no {expected} in:\n{journal}");
    }
    assert_eq!(copies.iter().filter(|copy| copy.kind == InvoiceKind::CreditNote).count(), 1);

    // Skipped where it is not installed.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("books.journal");
    std::fs::write(&path, &journal).expect("written");
    let hledger = |arguments: &[&str]| {
        Command::new("hledger").env("LANG", "C.UTF-8").arg("-f").arg(&path).args(arguments).output()
    };
    if let Ok(checked) = hledger(&["check", "--strict"]) {
        assert!(checked.status.success(), "{}\n{journal}", String::from_utf8_lossy(&checked.stderr));
        let balance = hledger(&["balance", "-N", "--flat", "assets:receivable"]).expect("a balance");
        let balance = String::from_utf8_lossy(&balance.stdout);
        // 240 + 16550.73 − 48 − 240 + 5, and the yen.
        assert!(balance.contains("16507.73 EUR") && balance.contains("103303 JPY"), "{balance}");
    }
}
