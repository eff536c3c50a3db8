//! The country that a telephone number belongs to, by its calling code (ITU-T E.164 and its operational bulletins).

use std::sync::LazyLock;

use crate::model::{Country, calling_code};

/// Calling codes and their countries. Of several that fit, the longest holds. Codes of no country (satellite networks,
/// freephone) are left out. Where countries share a code that does not tell them apart in four digits, the largest stands.
const CODES: &[(&str, &str)] = &[
    ("AD", "376"),
    ("AE", "971"),
    ("AF", "93"),
    ("AL", "355"),
    ("AM", "374"),
    ("AO", "244"),
    ("AR", "54"),
    ("AT", "43"),
    ("AU", "61"),
    ("AW", "297"),
    ("AZ", "994"),
    ("BA", "387"),
    ("BD", "880"),
    ("BE", "32"),
    ("BF", "226"),
    ("BG", "359"),
    ("BH", "973"),
    ("BI", "257"),
    ("BJ", "229"),
    ("BN", "673"),
    ("BO", "591"),
    ("BQ", "5993 5994 5997"),
    ("BR", "55"),
    ("BT", "975"),
    ("BW", "267"),
    ("BY", "375"),
    ("BZ", "501"),
    ("CD", "243"),
    ("CF", "236"),
    ("CG", "242"),
    ("CH", "41"),
    ("CI", "225"),
    ("CK", "682"),
    ("CL", "56"),
    ("CM", "237"),
    ("CN", "86"),
    ("CO", "57"),
    ("CR", "506"),
    ("CU", "53"),
    ("CV", "238"),
    ("CW", "599"),
    ("CY", "357"),
    ("CZ", "420"),
    ("DE", "49"),
    ("DJ", "253"),
    ("DK", "45"),
    ("DZ", "213"),
    ("EC", "593"),
    ("EE", "372"),
    ("EG", "20"),
    ("ER", "291"),
    ("ES", "34"),
    ("ET", "251"),
    ("FI", "358"),
    ("FJ", "679"),
    ("FK", "500"),
    ("FM", "691"),
    ("FO", "298"),
    ("FR", "33"),
    ("GA", "241"),
    ("GB", "44"),
    ("GE", "995"),
    ("GF", "594"),
    ("GH", "233"),
    ("GI", "350"),
    ("GL", "299"),
    ("GM", "220"),
    ("GN", "224"),
    ("GP", "590"),
    ("GQ", "240"),
    ("GR", "30"),
    ("GT", "502"),
    ("GW", "245"),
    ("GY", "592"),
    ("HK", "852"),
    ("HN", "504"),
    ("HR", "385"),
    ("HT", "509"),
    ("HU", "36"),
    ("ID", "62"),
    ("IE", "353"),
    ("IL", "972"),
    ("IN", "91"),
    ("IO", "246"),
    ("IQ", "964"),
    ("IR", "98"),
    ("IS", "354"),
    ("IT", "39"),
    ("JO", "962"),
    ("JP", "81"),
    ("KE", "254"),
    ("KG", "996"),
    ("KH", "855"),
    ("KI", "686"),
    ("KM", "269"),
    ("KP", "850"),
    ("KR", "82"),
    ("KW", "965"),
    ("KZ", "76 77"),
    ("LA", "856"),
    ("LB", "961"),
    ("LI", "423"),
    ("LK", "94"),
    ("LR", "231"),
    ("LS", "266"),
    ("LT", "370"),
    ("LU", "352"),
    ("LV", "371"),
    ("LY", "218"),
    ("MA", "212"),
    ("MC", "377"),
    ("MD", "373"),
    ("ME", "382"),
    ("MG", "261"),
    ("MH", "692"),
    ("MK", "389"),
    ("ML", "223"),
    ("MM", "95"),
    ("MN", "976"),
    ("MO", "853"),
    ("MQ", "596"),
    ("MR", "222"),
    ("MT", "356"),
    ("MU", "230"),
    ("MV", "960"),
    ("MW", "265"),
    ("MX", "52"),
    ("MY", "60"),
    ("MZ", "258"),
    ("NA", "264"),
    ("NC", "687"),
    ("NE", "227"),
    ("NF", "6723"),
    ("NG", "234"),
    ("NI", "505"),
    ("NL", "31"),
    ("NO", "47"),
    ("NP", "977"),
    ("NR", "674"),
    ("NU", "683"),
    ("NZ", "64"),
    ("OM", "968"),
    ("PA", "507"),
    ("PE", "51"),
    ("PF", "689"),
    ("PG", "675"),
    ("PH", "63"),
    ("PK", "92"),
    ("PL", "48"),
    ("PM", "508"),
    ("PS", "970"),
    ("PT", "351"),
    ("PW", "680"),
    ("PY", "595"),
    ("QA", "974"),
    ("RE", "262"),
    ("RO", "40"),
    ("RS", "381"),
    ("RU", "7"),
    ("RW", "250"),
    ("SA", "966"),
    ("SB", "677"),
    ("SC", "248"),
    ("SD", "249"),
    ("SE", "46"),
    ("SG", "65"),
    ("SH", "247 290"),
    ("SI", "386"),
    ("SK", "421"),
    ("SL", "232"),
    ("SM", "378"),
    ("SN", "221"),
    ("SO", "252"),
    ("SR", "597"),
    ("SS", "211"),
    ("ST", "239"),
    ("SV", "503"),
    ("SY", "963"),
    ("SZ", "268"),
    ("TD", "235"),
    ("TG", "228"),
    ("TH", "66"),
    ("TJ", "992"),
    ("TK", "690"),
    ("TL", "670"),
    ("TM", "993"),
    ("TN", "216"),
    ("TO", "676"),
    ("TR", "90"),
    ("TV", "688"),
    ("TW", "886"),
    ("TZ", "255"),
    ("UA", "380"),
    ("UG", "256"),
    ("US", "1"),
    ("UY", "598"),
    ("UZ", "998"),
    ("VA", "379"),
    ("VE", "58"),
    ("VN", "84"),
    ("VU", "678"),
    ("WF", "681"),
    ("WS", "685"),
    ("XK", "383"),
    ("YE", "967"),
    ("ZA", "27"),
    ("ZM", "260"),
    ("ZW", "263"),
    // The North American Numbering Plan: +1 and an area code. What is not told apart here is the United States.
    ("AG", "1268"),
    ("AI", "1264"),
    ("AS", "1684"),
    ("BB", "1246"),
    ("BM", "1441"),
    ("BS", "1242"),
    ("DM", "1767"),
    ("DO", "1809 1829 1849"),
    ("GD", "1473"),
    ("GU", "1671"),
    ("JM", "1658 1876"),
    ("KN", "1869"),
    ("KY", "1345"),
    ("LC", "1758"),
    ("MP", "1670"),
    ("MS", "1664"),
    ("PR", "1787 1939"),
    ("SX", "1721"),
    ("TC", "1649"),
    ("TT", "1868"),
    ("VC", "1784"),
    ("VG", "1284"),
    ("VI", "1340"),
    (
        "CA",
        "1204 1226 1236 1249 1250 1257 1263 1289 1306 1343 1354 1365 1367 1368 1382 1387 1403 1416 1418 1428 1431 1437 1438 \
            1450 1460 1468 1474 1506 1514 1519 1537 1548 1579 1581 1584 1587 1604 1613 1639 1647 1672 1683 1705 1709 1742 1753 \
            1778 1780 1782 1807 1819 1825 1867 1873 1879 1902 1905 1942",
    ),
];

/// The place in [`CODES`] for each beginning of four digits, from 1; 0 for none.
static BY_BEGINNING: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = vec![(0, 0); 10_000];
    for (place, (_, codes)) in (1..).zip(CODES) {
        for code in codes.split_whitespace() {
            let width = [10_000, 1_000, 100, 10, 1][code.len()];
            let first = code.parse::<usize>().unwrap_or_default() * width;
            for entry in &mut table[first..first + width] {
                if entry.1 < code.len() {
                    *entry = (place, code.len());
                }
            }
        }
    }
    table.into_iter().map(|(place, _)| place).collect()
});

/// The country (ISO 3166-1) of an international number given as its digits, at least four, without a sign.
pub fn country_of(number: u64) -> Option<&'static str> {
    let mut beginning = number;
    while beginning >= 10_000 {
        beginning /= 10;
    }
    let place = usize::from(*BY_BEGINNING.get(usize::try_from(beginning).ok()?)?);
    CODES.get(place.checked_sub(1)?).map(|(country, _)| *country)
}

/// The calling code of a country's numbers, if they have one that is not another country's.
pub fn calling_code_of(country: &Country) -> Option<&'static str> {
    let codes = CODES.iter().find(|(listed, _)| *listed == country.as_str()).map(|(_, codes)| *codes)?;
    codes.split_whitespace().next().and_then(calling_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_country_of_its_longest_code() {
        let numbers = [
            (447_700_900_123, Some("GB")),
            (12_025_550_123, Some("US")),
            (14_165_550_123, Some("CA")),
            (18_765_550_123, Some("JM")),
            (74_951_234_567, Some("RU")),
            (77_011_234_567, Some("KZ")),
            (59_991_234_567, Some("CW")),
            (59_931_234_567, Some("BQ")),
            (38_344_123_456, Some("XK")),
            (870_773_111_222, None),
            (80_012_345_678, None),
        ];
        for (number, country) in numbers {
            assert_eq!(country_of(number), country, "{number}");
        }
    }

    #[test]
    fn a_country_has_a_calling_code_of_its_own() {
        let code = |country: &str| calling_code_of(&country.parse().expect("valid"));
        assert_eq!(
            [code("GB"), code("US"), code("CA"), code("CW"), code("JE")],
            [Some("44"), Some("1"), Some("1"), Some("599"), None]
        );
    }

    #[test]
    fn every_code_is_assigned_and_every_country_one_of_the_standard() {
        for (country, codes) in CODES {
            assert!(country.parse::<Country>().is_ok(), "{country}");
            for code in codes.split_whitespace() {
                assert!(calling_code(code).is_some() || code == "247", "{country} {code}");
            }
        }
    }

    #[test]
    fn no_code_stands_for_two_countries() {
        let mut codes: Vec<&str> = CODES.iter().flat_map(|(_, codes)| codes.split_whitespace()).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
