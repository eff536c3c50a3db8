//! Issued copies of invoices for tests of paper, XML and exports: each a case that a format may get wrong.

use ssgctl::model::invoice::{
    BilledPeriod, CreditedInvoice, CreditorReference, InvoiceCopy, InvoiceKind, InvoiceLine, InvoiceParty,
    InvoiceTotals, PaymentDetails, TaxCategory, TaxSubtotal,
};
use ssgctl::model::{Money, PostalAddress};

pub fn money(text: &str) -> Money {
    text.parse().expect(text)
}

pub fn party(name: &str, address: &[&str], country: &str, vat_number: Option<&str>) -> InvoiceParty {
    InvoiceParty {
        name: name.to_owned(),
        address: Some(PostalAddress::from_lines(address).expect("an address")),
        country: Some(country.parse().expect(country)),
        vat_number: vat_number.map(str::to_owned),
        registration_number: None,
        account_code: None,
        email: None,
        phone: None,
        website: None,
    }
}

/// A line: description, quantity, unit, price, net, category, rate.
pub fn line(description: &str, figures: [&str; 4], category: TaxCategory, rate: &str) -> InvoiceLine {
    let [quantity, unit, price, net] = figures;
    InvoiceLine {
        description: description.to_owned(),
        period: None,
        quantity: money(quantity),
        quantity_unit: (!unit.is_empty()).then(|| unit.to_owned()),
        unit_price: money(price),
        net: money(net),
        category,
        rate: rate.parse().expect(rate),
    }
}

/// An invoice of one line of 200.00 EUR at 20 %, from Dublin to Dublin.
pub fn one_line() -> InvoiceCopy {
    let mut seller = party(
        "Northwind Messaging Ltd",
        &["Unit 7, Harbour House", "12 Sir John Rogerson's Quay", "Dublin D02 X576"],
        "IE",
        Some("IE6388047V"),
    );
    seller.registration_number = Some("512345".to_owned());
    seller.email = Some("billing@northwind.example".to_owned());
    seller.website = Some("https://northwind.example".to_owned());
    let mut buyer = party("Thistle Mobile Ltd", &["11-15 Thistle Street", "Dublin D04 F2P1"], "IE", Some("IE4749148U"));
    buyer.account_code = Some("THISTLE".parse().expect("a code"));
    let mut copy = InvoiceCopy {
        kind: InvoiceKind::Invoice,
        number: Some("INV-2026-0007".to_owned()),
        issued_on: "2026-11-28".parse().expect("a date"),
        tax_point: None,
        timezone: "Europe/Dublin".to_owned(),
        currency: "EUR".parse().expect("a currency"),
        seller,
        buyer,
        credits: None,
        buyer_reference: Some("PO 4711".to_owned()),
        period: None,
        lines: vec![line("5,000 SMS credits", ["5000", "SMS credits", "0.04", "200"], TaxCategory::Standard, "20")],
        taxes: Vec::new(),
        totals: InvoiceTotals {
            net: Money::ZERO,
            tax: Money::ZERO,
            gross: Money::ZERO,
            paid: Money::ZERO,
            due: Money::ZERO,
        },
        payment: PaymentDetails {
            due_on: "2026-12-28".parse().expect("a date"),
            terms_days: Some(30),
            reference: CreditorReference::of_invoice(42),
            bank: Some("Bank of Ireland".to_owned()),
            account_holder: Some("Northwind Messaging Ltd".to_owned()),
            iban: Some("IE29AIBK93115212345678".to_owned()),
            bic: Some("AIBKIE2D".to_owned()),
            other_details: Vec::new(),
        },
        notes: vec!["Thank you for your business.".to_owned()],
    };
    sum_up(&mut copy, "0");
    copy
}

/// Sets the subtotals and totals by the lines. Each category and rate is rounded half up to the currency's decimals.
pub fn sum_up(copy: &mut InvoiceCopy, paid: &str) {
    let unit = 10_i128.pow(8 - copy.currency.decimals());
    copy.taxes.clear();
    for line in &copy.lines {
        let found = copy.taxes.iter_mut().find(|tax| tax.category == line.category && tax.rate == line.rate);
        if let Some(tax) = found {
            tax.net = tax.net.checked_add(line.net).expect("a sum");
            continue;
        }
        let wording = match line.category {
            TaxCategory::ReverseCharge => Some("Reverse charge"),
            TaxCategory::OutsideScope => Some("Outside the scope of VAT"),
            TaxCategory::Exempt => Some("Exempt from VAT"),
            TaxCategory::Standard | TaxCategory::ZeroRated => None,
        };
        let wording = wording.map(str::to_owned);
        let (category, rate, net) = (line.category, line.rate, line.net);
        copy.taxes.push(TaxSubtotal { category, rate, net, tax: Money::ZERO, wording });
    }
    let (mut net, mut tax_sum) = (Money::ZERO, Money::ZERO);
    for tax in &mut copy.taxes {
        let rate = i128::from(money(&tax.rate.to_string()).e8());
        let product = i128::from(tax.net.e8()) * rate;
        let step = unit * 100 * 100_000_000;
        tax.tax = Money::from_e8(i64::try_from((product + step / 2) / step * unit).expect("a tax"));
        net = net.checked_add(tax.net).expect("a sum");
        tax_sum = tax_sum.checked_add(tax.tax).expect("a sum");
    }
    let gross = net.checked_add(tax_sum).expect("a sum");
    let paid = money(paid);
    let due = gross.checked_add(paid.checked_neg().expect("a sum")).expect("a sum");
    copy.totals = InvoiceTotals { net, tax: tax_sum, gross, paid, due };
}

/// Forty lines of a month's traffic with two rates, in a currency and a country of their own.
pub fn forty_lines() -> InvoiceCopy {
    let mut copy = one_line();
    let first = "2026-10-01".parse().expect("a date");
    let last = "2026-10-31".parse().expect("a date");
    copy.period = Some(BilledPeriod { first, last });
    copy.lines = (1..=40)
        .map(|index| {
            let quantity = format!("{}", index * 1_111);
            let net = format!("{}.{:02}", index * 17, index);
            let mut line = line(
                &format!("SMS to Germany, network 262{index:02}, service standard, account thistle_prod_{index}"),
                [&quantity, "message parts", "0.01530306", &net],
                TaxCategory::Standard,
                if index % 10 == 0 { "9" } else { "20" },
            );
            if index == 40 {
                let first = "2026-09-30".parse().expect("a date");
                line.period = Some(BilledPeriod { first, last: first });
                "Late messages of September".clone_into(&mut line.description);
            }
            line
        })
        .collect();
    sum_up(&mut copy, "100");
    copy
}

/// An invoice within the European Union: the buyer owes the tax. Names of seller and buyer in German, Polish and Greek.
pub fn reverse_charge() -> InvoiceCopy {
    let mut copy = one_line();
    copy.seller = party(
        "Grüßgott Nachrichtenübermittlung GmbH & Co. KG",
        &["Königstraße 5", "70173 Stuttgart"],
        "DE",
        Some("DE136695976"),
    );
    copy.buyer =
        party("Zażółć Gęślą Jaźń i Ωμέγα Α.Ε.", &["ul. Świętokrzyska 14", "00-050 Łódź"], "PL", Some("PL8567346215"));
    copy.buyer.account_code = Some("ZAZOLC".parse().expect("a code"));
    copy.lines = vec![
        line("SMS nach Österreich", ["1200", "message parts", "0.05", "60"], TaxCategory::ReverseCharge, "0"),
        line("Αριθμός SMS", ["1", "months", "20", "20"], TaxCategory::ReverseCharge, "0"),
    ];
    sum_up(&mut copy, "0");
    copy
}

/// A buyer whose name and city are in scripts that the embedded fonts do not have.
pub fn without_glyphs() -> InvoiceCopy {
    let mut copy = one_line();
    copy.buyer =
        party("株式会社東京通信 Tokyo Tsushin K.K.", &["北京市朝阳区", "حي العليا"], "JP", Some("T1234567890123"));
    copy.lines[0].category = TaxCategory::OutsideScope;
    copy.lines[0].rate = "0".parse().expect("a rate");
    sum_up(&mut copy, "0");
    copy
}

/// A credit note of a part of an invoice.
pub fn credit_note() -> InvoiceCopy {
    let mut copy = one_line();
    copy.kind = InvoiceKind::CreditNote;
    copy.number = Some("CN-2026-0001".to_owned());
    copy.credits = Some(CreditedInvoice {
        number: "INV-2026-0007".to_owned(),
        issued_on: "2026-11-28".parse().expect("a date"),
        reason: Some("1,000 credits were returned".to_owned()),
    });
    copy.issued_on = "2026-12-02".parse().expect("a date");
    copy.lines = vec![line("1,000 SMS credits", ["1000", "SMS credits", "0.04", "40"], TaxCategory::Standard, "20")];
    copy.notes.clear();
    sum_up(&mut copy, "0");
    copy
}

/// A pro-forma, which has no number.
pub fn pro_forma() -> InvoiceCopy {
    let mut copy = one_line();
    copy.kind = InvoiceKind::ProForma;
    copy.number = None;
    copy.payment.terms_days = None;
    copy.payment.due_on = copy.issued_on;
    copy
}

/// An invoice in yen, which have no decimals, outside the scope of the seller's tax, paid to an account without IBAN.
pub fn yen() -> InvoiceCopy {
    let mut copy = one_line();
    copy.currency = "JPY".parse().expect("a currency");
    copy.buyer = party("Sakura Telecom K.K.", &["1-2-3 Marunouchi", "Tokyo 100-0005"], "JP", None);
    copy.lines = vec![
        line("SMS to Japan", ["12345", "message parts", "8.125", "100303"], TaxCategory::OutsideScope, "0"),
        line("Number rental", ["1", "months", "3000", "3000"], TaxCategory::OutsideScope, "0"),
    ];
    copy.payment.iban = None;
    copy.payment.other_details = vec!["Branch 001".to_owned(), "Account 1234567".to_owned()];
    sum_up(&mut copy, "0");
    copy
}

/// All of the above by name.
pub fn all() -> Vec<(&'static str, InvoiceCopy)> {
    vec![
        ("one_line", one_line()),
        ("forty_lines", forty_lines()),
        ("reverse_charge", reverse_charge()),
        ("without_glyphs", without_glyphs()),
        ("credit_note", credit_note()),
        ("pro_forma", pro_forma()),
        ("yen", yen()),
    ]
}
