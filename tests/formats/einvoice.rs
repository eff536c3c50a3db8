//! Invoices as UBL and CII: well-formed, in the order of the schemas, with codes of the published lists, and with sums that add up.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};
use ssgctl::formats::einvoice::{NotExpressible, cii, ubl};
use ssgctl::model::Money;
use ssgctl::model::invoice::{InvoiceCopy, TaxCategory};

use crate::support::invoice_copies::{self, line, money, sum_up};

/// The order of elements in the UBL 2.1 schemas, as far as they are written: of each parent, its children.
const UBL_ORDER: &[(&str, &str)] = &[
    (
        "Invoice",
        "CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode Note TaxPointDate DocumentCurrencyCode BuyerReference \
         InvoicePeriod OrderReference BillingReference AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms \
         TaxTotal LegalMonetaryTotal InvoiceLine",
    ),
    (
        "CreditNote",
        "CustomizationID ProfileID ID IssueDate TaxPointDate CreditNoteTypeCode Note DocumentCurrencyCode BuyerReference \
         InvoicePeriod OrderReference BillingReference AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms \
         TaxTotal LegalMonetaryTotal CreditNoteLine",
    ),
    ("Party", "EndpointID PartyIdentification PartyName PostalAddress PartyTaxScheme PartyLegalEntity Contact"),
    ("PostalAddress", "StreetName AdditionalStreetName CityName PostalZone CountrySubentity AddressLine Country"),
    ("PartyTaxScheme", "CompanyID TaxScheme"),
    ("PartyLegalEntity", "RegistrationName CompanyID"),
    ("Contact", "Name Telephone ElectronicMail"),
    ("PaymentMeans", "PaymentMeansCode PaymentID PayeeFinancialAccount"),
    ("PayeeFinancialAccount", "ID Name FinancialInstitutionBranch"),
    ("TaxTotal", "TaxAmount TaxSubtotal"),
    ("TaxSubtotal", "TaxableAmount TaxAmount TaxCategory"),
    ("TaxCategory", "ID Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme"),
    ("LegalMonetaryTotal", "LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount PrepaidAmount PayableAmount"),
    ("InvoiceLine", "ID Note InvoicedQuantity LineExtensionAmount InvoicePeriod Item Price"),
    ("CreditNoteLine", "ID Note CreditedQuantity LineExtensionAmount InvoicePeriod Item Price"),
    ("Item", "Description Name ClassifiedTaxCategory"),
    ("ClassifiedTaxCategory", "ID Percent TaxScheme"),
    ("InvoicePeriod", "StartDate EndDate"),
    ("InvoiceDocumentReference", "ID IssueDate"),
];

/// The same for CII D16B.
const CII_ORDER: &[(&str, &str)] = &[
    ("CrossIndustryInvoice", "ExchangedDocumentContext ExchangedDocument SupplyChainTradeTransaction"),
    ("ExchangedDocument", "ID TypeCode IssueDateTime IncludedNote"),
    (
        "SupplyChainTradeTransaction",
        "IncludedSupplyChainTradeLineItem ApplicableHeaderTradeAgreement ApplicableHeaderTradeDelivery ApplicableHeaderTradeSettlement",
    ),
    (
        "IncludedSupplyChainTradeLineItem",
        "AssociatedDocumentLineDocument SpecifiedTradeProduct SpecifiedLineTradeAgreement SpecifiedLineTradeDelivery \
         SpecifiedLineTradeSettlement",
    ),
    (
        "SpecifiedLineTradeSettlement",
        "ApplicableTradeTax BillingSpecifiedPeriod SpecifiedTradeSettlementLineMonetarySummation",
    ),
    ("ApplicableHeaderTradeAgreement", "BuyerReference SellerTradeParty BuyerTradeParty BuyerOrderReferencedDocument"),
    (
        "SellerTradeParty",
        "ID Name SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress URIUniversalCommunication SpecifiedTaxRegistration",
    ),
    (
        "BuyerTradeParty",
        "ID Name SpecifiedLegalOrganization DefinedTradeContact PostalTradeAddress URIUniversalCommunication SpecifiedTaxRegistration",
    ),
    ("PostalTradeAddress", "PostcodeCode LineOne LineTwo LineThree CityName CountryID"),
    (
        "ApplicableHeaderTradeSettlement",
        "PaymentReference InvoiceCurrencyCode SpecifiedTradeSettlementPaymentMeans ApplicableTradeTax BillingSpecifiedPeriod \
         SpecifiedTradePaymentTerms SpecifiedTradeSettlementHeaderMonetarySummation InvoiceReferencedDocument",
    ),
    (
        "SpecifiedTradeSettlementPaymentMeans",
        "TypeCode PayeePartyCreditorFinancialAccount PayeeSpecifiedCreditorFinancialInstitution",
    ),
    (
        "ApplicableTradeTax",
        "CalculatedAmount TypeCode ExemptionReason BasisAmount CategoryCode ExemptionReasonCode TaxPointDate RateApplicablePercent",
    ),
    ("SpecifiedTradePaymentTerms", "Description DueDateDateTime"),
    (
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "LineTotalAmount TaxBasisTotalAmount TaxTotalAmount GrandTotalAmount TotalPrepaidAmount DuePayableAmount",
    ),
];

/// Every issued document of the samples, and one of each tax category.
fn documents() -> Vec<(String, InvoiceCopy)> {
    let mut documents: Vec<(String, InvoiceCopy)> = invoice_copies::all()
        .into_iter()
        .filter(|(name, _)| *name != "pro_forma")
        .map(|(name, copy)| (name.to_owned(), copy))
        .collect();
    for category in TaxCategory::ALL {
        let mut copy = invoice_copies::one_line();
        let rate = if category == TaxCategory::Standard { "8.875" } else { "0" };
        copy.lines = vec![line("SMS", ["10", "months", "1.005", "10.05"], category, rate)];
        copy.tax_point = Some("2026-11-01".parse().expect("a date"));
        sum_up(&mut copy, "0");
        documents.push((format!("category {}", category.as_str()), copy));
    }
    documents
}

fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

/// Asserts that the children of each element follow the schema, and that no element is empty where it may not be.
fn assert_order(case: &str, document: &Document<'_>, order: &[(&str, &str)]) {
    for node in document.descendants().filter(Node::is_element) {
        let children: Vec<&str> = node.children().filter(Node::is_element).map(name).collect();
        let has_text = node.text().is_some_and(|text| !text.trim().is_empty());
        assert!(
            !children.is_empty() || has_text || name(node) == "ApplicableHeaderTradeDelivery",
            "{case}: empty {}",
            name(node)
        );
        let Some((_, expected)) = order.iter().find(|(parent, _)| *parent == name(node)) else { continue };
        let expected: Vec<&str> = expected.split_whitespace().collect();
        let places: Vec<usize> = children
            .iter()
            .map(|child| {
                let place = expected.iter().position(|other| other == child);
                place.unwrap_or_else(|| panic!("{case}: {child} in {} is not in the schema's order", name(node)))
            })
            .collect();
        assert!(places.is_sorted(), "{case}: {children:?} in {}", name(node));
    }
}

/// The texts of all elements of a path from the root.
fn texts<'a>(document: &'a Document<'_>, path: &str) -> Vec<&'a str> {
    let mut nodes = vec![document.root_element()];
    for part in path.split('/') {
        nodes = nodes.iter().flat_map(|node| node.children().filter(|child| child.tag_name().name() == part)).collect();
    }
    nodes.iter().filter_map(Node::text).collect()
}

fn sum(texts: &[&str]) -> Money {
    texts.iter().fold(Money::ZERO, |sum, text| sum.checked_add(money(text)).expect("a sum"))
}

fn one(document: &Document<'_>, path: &str) -> Money {
    let found = texts(document, path);
    assert_eq!(found.len(), 1, "{path}");
    money(found[0])
}

#[test]
fn ubl_follows_the_schema_and_its_sums_add_up() {
    for (case, copy) in documents() {
        let text = ubl(&copy).unwrap_or_else(|error| panic!("{case}: {error}"));
        let document = Document::parse(&text).expect(&case);
        assert_order(&case, &document, UBL_ORDER);
        let is_credit = name(document.root_element()) == "CreditNote";
        let line = if is_credit { "CreditNoteLine" } else { "InvoiceLine" };
        let net = one(&document, "LegalMonetaryTotal/LineExtensionAmount");
        // BR-CO-10, -13, -14, -15 and -16.
        assert_eq!(sum(&texts(&document, &format!("{line}/LineExtensionAmount"))), net, "{case}");
        assert_eq!(one(&document, "LegalMonetaryTotal/TaxExclusiveAmount"), net);
        let tax = one(&document, "TaxTotal/TaxAmount");
        assert_eq!(sum(&texts(&document, "TaxTotal/TaxSubtotal/TaxAmount")), tax, "{case}");
        assert_eq!(sum(&texts(&document, "TaxTotal/TaxSubtotal/TaxableAmount")), net, "{case}");
        let gross = one(&document, "LegalMonetaryTotal/TaxInclusiveAmount");
        assert_eq!(net.checked_add(tax), Some(gross), "{case}");
        let paid = sum(&texts(&document, "LegalMonetaryTotal/PrepaidAmount"));
        assert_eq!(one(&document, "LegalMonetaryTotal/PayableAmount").checked_add(paid), Some(gross), "{case}");
    }
}

#[test]
fn cii_follows_the_schema_and_says_the_same_as_ubl() {
    for (case, copy) in documents() {
        let (ubl, cii) = (ubl(&copy).expect(&case), cii(&copy).expect(&case));
        let (ubl, cii) = (Document::parse(&ubl).expect(&case), Document::parse(&cii).expect(&case));
        assert_order(&case, &cii, CII_ORDER);
        let settlement = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement";
        let sums = format!("{settlement}/SpecifiedTradeSettlementHeaderMonetarySummation");
        for (of_ubl, of_cii) in [
            ("ID".to_owned(), "ExchangedDocument/ID".to_owned()),
            ("DocumentCurrencyCode".to_owned(), format!("{settlement}/InvoiceCurrencyCode")),
            ("LegalMonetaryTotal/LineExtensionAmount".to_owned(), format!("{sums}/LineTotalAmount")),
            ("TaxTotal/TaxAmount".to_owned(), format!("{sums}/TaxTotalAmount")),
            ("LegalMonetaryTotal/TaxInclusiveAmount".to_owned(), format!("{sums}/GrandTotalAmount")),
            ("LegalMonetaryTotal/PayableAmount".to_owned(), format!("{sums}/DuePayableAmount")),
            ("TaxTotal/TaxSubtotal/TaxCategory/ID".to_owned(), format!("{settlement}/ApplicableTradeTax/CategoryCode")),
            ("TaxTotal/TaxSubtotal/TaxAmount".to_owned(), format!("{settlement}/ApplicableTradeTax/CalculatedAmount")),
            (
                "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName".to_owned(),
                "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/BuyerTradeParty/Name".to_owned(),
            ),
            (
                "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID".to_owned(),
                "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement/SellerTradeParty/SpecifiedTaxRegistration/ID".to_owned(),
            ),
        ] {
            assert_eq!(texts(&ubl, &of_ubl), texts(&cii, &of_cii), "{case}: {of_ubl}");
        }
    }
}

/// The codes that EN 16931 lists for what is written: kinds of documents, means of payment, categories, exemptions, units.
#[test]
fn codes_are_those_of_the_published_lists() {
    let lists: &[(&str, &[&str])] = &[
        ("InvoiceTypeCode", &["380"]),
        ("CreditNoteTypeCode", &["381"]),
        ("PaymentMeansCode", &["1", "30", "58"]),
        ("TaxExemptionReasonCode", &["VATEX-EU-AE", "VATEX-EU-O"]),
        ("IdentificationCode", &["IE", "DE", "PL", "JP"]),
    ];
    let mut seen = BTreeSet::new();
    for (case, copy) in documents() {
        let text = ubl(&copy).expect(&case);
        let document = Document::parse(&text).expect(&case);
        for (element, codes) in lists {
            for node in document.descendants().filter(|node| name(*node) == *element) {
                let code = node.text().expect("a code").to_owned();
                assert!(codes.contains(&code.as_str()), "{case}: {element} {code}");
                seen.insert(code);
            }
        }
        for node in document.descendants() {
            if let Some(unit) = node.attribute("unitCode") {
                assert!(["C62", "MON", "DAY"].contains(&unit));
            }
            if let Some(currency) = node.attribute("currencyID") {
                assert_eq!(currency, copy.currency.code());
            }
        }
    }
    assert!(seen.len() > 8, "{seen:?}");
}

/// What EN 16931 asks of each category: the rate, the VAT numbers, the reason.
#[test]
fn each_category_has_what_its_rules_ask_for() {
    for (case, copy) in documents() {
        let text = ubl(&copy).expect(&case);
        let document = Document::parse(&text).expect(&case);
        let has = |path: &str| !texts(&document, path).is_empty();
        let seller = has("AccountingSupplierParty/Party/PartyTaxScheme/CompanyID");
        let buyer = has("AccountingCustomerParty/Party/PartyTaxScheme/CompanyID");
        let reason = has("TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason");
        let percent = has("TaxTotal/TaxSubtotal/TaxCategory/Percent");
        let category = copy.taxes[0].category;
        let expected = match category {
            TaxCategory::Standard | TaxCategory::ZeroRated => (true, buyer, false, true),
            TaxCategory::Exempt => (true, buyer, true, true),
            TaxCategory::ReverseCharge => (true, true, true, true),
            TaxCategory::OutsideScope => (false, false, true, false),
        };
        assert_eq!((seller, buyer, reason, percent), expected, "{case}");
        // BR-CO-9: a VAT number begins with the code of its country.
        for number in texts(&document, "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID") {
            assert!(number.starts_with("IE") || number.starts_with("DE"), "{number}");
        }
    }
}

#[test]
fn a_credit_note_names_its_invoice_and_a_negative_price_moves_to_the_quantity() {
    let text = ubl(&invoice_copies::credit_note()).expect("written");
    let document = Document::parse(&text).expect("XML");
    assert_eq!(texts(&document, "BillingReference/InvoiceDocumentReference/ID"), ["INV-2026-0007"]);
    assert_eq!(texts(&document, "Note"), ["1,000 credits were returned"]);
    assert!(!text.contains("PaymentMeans") && text.contains("CreditedQuantity unitCode=\"C62\">1000<"));

    let mut copy = invoice_copies::one_line();
    copy.lines.push(line("discount", ["1", "", "-10", "-10"], TaxCategory::Standard, "20"));
    sum_up(&mut copy, "0");
    let text = ubl(&copy).expect("written");
    let document = Document::parse(&text).expect("XML");
    assert_eq!(texts(&document, "InvoiceLine/InvoicedQuantity"), ["5000", "-1"]);
    assert_eq!(texts(&document, "InvoiceLine/Price/PriceAmount"), ["0.04", "10.00"]);
}

#[test]
fn texts_of_any_kind_stay_well_formed() {
    let mut copy = invoice_copies::without_glyphs();
    copy.buyer.name = "<b>&\"'\u{1} ]]> 株式会社 \u{1f600}".to_owned();
    copy.notes = vec!["a\nb".to_owned()];
    for text in [ubl(&copy).expect("written"), cii(&copy).expect("written")] {
        let document = Document::parse(&text).expect("XML");
        let expected = "<b>&\"'\u{fffd} ]]> 株式会社 \u{1f600}";
        assert!(document.descendants().any(|node| node.text() == Some(expected)), "{text}");
    }
}

#[test]
fn what_the_standard_cannot_express_is_refused() {
    let with = |change: &dyn Fn(&mut InvoiceCopy)| {
        let mut copy = invoice_copies::one_line();
        change(&mut copy);
        let refused = ubl(&copy).expect_err("refused");
        assert_eq!(cii(&copy).expect_err("refused"), refused);
        refused
    };
    assert_eq!(ubl(&invoice_copies::pro_forma()), Err(NotExpressible::ProForma));
    assert_eq!(with(&|copy| copy.seller.country = None), NotExpressible::SellerCountry);
    assert_eq!(with(&|copy| copy.buyer.country = None), NotExpressible::BuyerCountry);
    assert_eq!(with(&|copy| copy.seller.vat_number = None), NotExpressible::SellerVatNumber);
    assert_eq!(with(&|copy| copy.lines.clear()), NotExpressible::NoLines);
    assert_eq!(with(&|copy| copy.currency = "KWD".parse().expect("KWD")), NotExpressible::Decimals);
    let mixed = with(&|copy| {
        copy.lines.push(line("x", ["1", "", "1", "1"], TaxCategory::OutsideScope, "0"));
        sum_up(copy, "0");
    });
    assert_eq!(mixed, NotExpressible::MixedScope);
    let mut charge = invoice_copies::reverse_charge();
    charge.buyer.vat_number = None;
    assert_eq!(ubl(&charge), Err(NotExpressible::BuyerVatNumber));
}
