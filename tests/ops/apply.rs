//! Files of desired state: what an export writes changes nothing, what a person edits changes exactly that, and hand edits are named.

use proptest::prelude::*;
use ssgctl::import::apply::ApplyReview;
use ssgctl::model::{SmppDetails, Unit};
use ssgctl::ops::undo::undo;
use ssgctl::ops::{balance, contact, customer, smpp, warning};

use crate::formats::exports::{customer as any_customer, person};
use crate::support::desired_state::{
    DRY, PRUNE, RUN, Tree, applied, attempt, declared, edited, exported, lines, with_everything,
};
use crate::support::fixture::{Fixture, cases, new_account, valid};

#[test]
fn an_exported_file_is_as_a_person_would_write_it() {
    let mut fixture = with_everything();
    let tree = exported(&mut fixture);
    let expected = "account_code = \"ACME\"
organisation = \"ACME\"
country = \"GB\"
payment_terms_days = 30
invoice_address = [\"1 High Street\", \"Leeds\"]
overlay = \"uk\"

[credit_limit]
SMS = \"100\"

[warning.SMS]
upper = \"500\"
days_left = \"3d\"
surge = \"5x\"
silent = \"6h\"
internal = [\"ops@north.example\"]
notify_recovery = false
traffic_to_customer = true

[[contact]]
name = \"Ann \\\"A\\\" Clark\"
email = \"ann@acme.example\"
roles = [\"billing\", \"technical\"]

[[smpp]]
system_id = \"acme_prod\"
service = \"standard\"
address_range = \"^\\\\+44.*\"
submit_enabled = false
max_tps = 50
allowed_ips = [\"192.0.2.7\", \"2001:db8::/48\"]
";
    assert_eq!(tree[2].1, expected);
}

#[test]
fn an_export_of_a_full_customer_changes_nothing_and_makes_the_same_elsewhere() {
    let mut fixture = with_everything();
    let tree = exported(&mut fixture);
    let first = applied(&mut fixture, &tree, RUN);
    assert_eq!(
        (lines(&first), first.adopted.clone()),
        (vec![], vec!["customer ACME".to_owned(), "smpp acme_prod".to_owned()])
    );
    let events = fixture.last_event().id;
    let second = applied(&mut fixture, &tree, RUN);
    assert!(second.rows.is_empty() && second.adopted.is_empty());
    assert_eq!(fixture.last_event().id, events, "the second apply leaves no event");

    let mut other = Fixture::new();
    let created = applied(&mut other, &tree, PRUNE);
    let begins: Vec<String> = lines(&created).iter().map(|line| line.split(" {").next().unwrap().to_owned()).collect();
    let expected = [
        "create plan premium",
        "create plan uk",
        "create service premium",
        "create customer ACME",
        "create balance ACME SMS",
        "create contact ACME Ann \"A\" Clark",
        "create smpp acme_prod",
    ];
    assert_eq!(begins, expected);
    assert_eq!(other.read(|now| declared(now, "ACME")), fixture.read(|now| declared(now, "ACME")));
    assert_eq!(exported(&mut other), tree);
    assert_eq!(other.reveal("acme_prod").expect("revealed").password.reveal().len(), 8);
    assert_eq!(other.findings(), Vec::<String>::new());
}

#[test]
fn an_edit_of_a_file_changes_its_fields_and_a_review_finds_the_same() {
    let mut fixture = with_everything();
    let tree = exported(&mut fixture);
    applied(&mut fixture, &tree, RUN);
    let tree = edited(&tree, "ACME.toml", "country = \"GB\"\n", "");
    let tree = edited(&tree, "ACME.toml", "upper = \"500\"", "upper = 700\nlower = 100");
    let tree = edited(&tree, "ACME.toml", "SMS = \"100\"", "SMS = 50");
    let tree = edited(&tree, "ACME.toml", "[\"billing\", \"technical\"]", "[\"technical\"]");
    let tree = edited(&tree, "ACME.toml", "max_tps = 50", "max_tps = 80");
    let tree = edited(&tree, "services.toml", "name = \"premium\"", "name = \"Premium\"");
    let before = fixture.dump();
    let review = applied(&mut fixture, &tree, DRY);
    assert_eq!(fixture.dump(), before, "a review saves nothing");
    let expected = [
        "change service premium {\"name\":[\"premium\",\"Premium\"]}",
        "change customer ACME {\"country\":[\"GB\",null]}",
        "change balance ACME SMS {\"credit_limit\":[\"100\",\"50\"],\"upper\":[\"500\",\"700\"],\"lower\":[null,\"100\"]}",
        "change contact ACME Ann \"A\" Clark {\"roles\":[[\"billing\",\"technical\"],[\"technical\"]]}",
        "change smpp acme_prod {\"max_tps\":[50,80]}",
    ];
    assert_eq!(lines(&review), expected);
    let done = applied(&mut fixture, &tree, RUN);
    assert_eq!((lines(&done), done.hash), (lines(&review), review.hash));
    let none = applied(&mut fixture, &tree, RUN);
    assert!(none.rows.is_empty() && none.hash != review.hash);
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_hash_is_of_what_changes() {
    let mut fixture = with_everything();
    let tree = exported(&mut fixture);
    applied(&mut fixture, &tree, RUN);
    let irish = edited(&tree, "ACME.toml", "\"GB\"", "\"IE\"");
    let hash = applied(&mut fixture, &irish, DRY).hash;
    assert_eq!(applied(&mut fixture, &irish, DRY).hash, hash);
    assert_ne!(applied(&mut fixture, &edited(&tree, "ACME.toml", "\"GB\"", "\"FR\""), DRY).hash, hash);
    let new = edited(&irish, "ACME.toml", "[[smpp]]", "[[smpp]]\nsystem_id = \"acme_new\"\n[[smpp]]");
    let with_new = applied(&mut fixture, &new, DRY).hash;
    assert_eq!(applied(&mut fixture, &new, DRY).hash, with_new, "a generated password is not in it");
    let other = edited(&new, "ACME.toml", "\"acme_new\"", "\"acme_new\"\nmax_tps = 5");
    assert_ne!(applied(&mut fixture, &other, DRY).hash, with_new, "the fields of a new record are");
    fixture
        .write(|tx| {
            customer::edit(tx, "ACME", |details| {
                details.country = Some(valid("DE"));
                Ok(())
            })
        })
        .expect("edited");
    assert_ne!(applied(&mut fixture, &irish, DRY).hash, hash, "the database changed");
}

#[test]
fn hand_edits_are_named_until_the_files_say_the_same() {
    let mut fixture = with_everything();
    let tree = exported(&mut fixture);
    applied(&mut fixture, &tree, RUN);
    fixture.at("2026-11-24T13:00:00Z");
    fixture.origin.actor = valid("maria");
    let country = |fixture: &mut Fixture, to: &str| {
        fixture
            .write(|tx| {
                customer::edit(tx, "ACME", |details| {
                    details.country = Some(valid(to));
                    Ok(())
                })
            })
            .expect("edited");
        fixture.last_event().id
    };
    let by_hand = country(&mut fixture, "IE");
    fixture.write(|tx| contact::remove(tx, "ACME", "ann@acme.example")).expect("removed");
    fixture.write(|tx| smpp::set_enabled(tx, "acme_prod", false)).expect("disabled");
    let review = applied(&mut fixture, &tree, DRY);
    let found = lines(&review);
    assert_eq!(found[0], format!("change customer ACME {{\"country\":[\"IE\",\"GB\"]}} by maria in {by_hand}"));
    assert!(
        found[1].starts_with("create contact") && found[1].ends_with(&format!("by maria in {}", by_hand + 1)),
        "{found:?}"
    );
    assert_eq!(found[2], format!("change smpp acme_prod {{\"enabled\":[false,true]}} by maria in {}", by_hand + 2));

    // The files take over the edit: from then on it is theirs.
    let irish = edited(&tree, "ACME.toml", "\"GB\"", "\"IE\"");
    applied(&mut fixture, &irish, RUN);
    let french = edited(&tree, "ACME.toml", "\"GB\"", "\"FR\"");
    assert_eq!(lines(&applied(&mut fixture, &french, DRY)), ["change customer ACME {\"country\":[\"IE\",\"FR\"]}"]);
}

#[test]
fn an_accepted_hand_edit_alone_is_known_although_applying_changed_nothing() {
    let mut fixture = with_everything();
    let tree = exported(&mut fixture);
    applied(&mut fixture, &tree, RUN);
    fixture.at("2026-11-24T13:00:00Z");
    fixture
        .write(|tx| {
            customer::edit(tx, "ACME", |details| {
                details.country = Some(valid("IE"));
                Ok(())
            })
        })
        .expect("edited");
    let irish = edited(&tree, "ACME.toml", "\"GB\"", "\"IE\"");
    assert!(applied(&mut fixture, &irish, RUN).rows.is_empty());
    let french = edited(&tree, "ACME.toml", "\"GB\"", "\"FR\"");
    assert_eq!(lines(&applied(&mut fixture, &french, DRY)), ["change customer ACME {\"country\":[\"IE\",\"FR\"]}"]);
}

#[test]
fn what_no_file_names_stays_unless_pruned_and_only_what_was_applied_is_archived() {
    let mut fixture = with_everything();
    fixture.customer("OTHER");
    let tree = exported(&mut fixture);
    applied(&mut fixture, &tree, RUN);
    fixture.at("2026-11-24T13:00:00Z");
    fixture.customer("BYHAND");
    fixture.account("ACME", "acme_byhand");
    let bare: Tree = vec![("ACME.toml".to_owned(), "account_code = \"ACME\"\norganisation = \"ACME\"\ncountry = \"GB\"\npayment_terms_days = 30\ninvoice_address = [\"1 High Street\", \"Leeds\"]\noverlay = \"uk\"\n[credit_limit]\nSMS = 100\n".to_owned())];
    let begins = |review: &ApplyReview| -> Vec<String> {
        lines(review).iter().map(|line| line.split(" {").next().unwrap().to_owned()).collect()
    };
    let review = applied(&mut fixture, &bare, RUN);
    let unlisted = [
        "unlisted balance ACME SMS",
        "unlisted contact ACME Ann \"A\" Clark",
        "unlisted smpp acme_byhand",
        "unlisted smpp acme_prod",
        "unlisted customer OTHER",
    ];
    assert_eq!((begins(&review).as_slice(), review.changes().count()), (unlisted.map(str::to_owned).as_slice(), 0));
    let pruned = [
        "remove balance ACME SMS",
        "remove contact ACME Ann \"A\" Clark",
        "unlisted smpp acme_byhand",
        "archive smpp acme_prod",
        "archive customer OTHER",
    ];
    assert_eq!(begins(&applied(&mut fixture, &bare, PRUNE)), pruned);
    assert_eq!(begins(&applied(&mut fixture, &bare, PRUNE)), ["unlisted smpp acme_byhand"]);
    assert!(fixture.read(|now| now.customer("BYHAND")).lifecycle.archived_at.is_none());
    // What a file names again comes back.
    let back = applied(&mut fixture, &tree, RUN);
    let expected =
        ["create balance ACME SMS", "create contact ACME", "unarchive smpp acme_prod", "unarchive customer OTHER"];
    for (line, expected) in begins(&back).iter().filter(|line| !line.starts_with("unlisted")).zip(expected) {
        assert!(line.starts_with(&expected.replace("create balance", "change balance")), "{line}");
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn an_apply_is_undone_as_a_whole() {
    let mut fixture = with_everything();
    let before = exported(&mut fixture);
    let tree = edited(&before, "ACME.toml", "\"GB\"", "\"IE\"");
    let mut tree = edited(&tree, "ACME.toml", "max_tps = 50", "max_tps = 80");
    tree.push((
        "NEW.toml".to_owned(),
        "account_code = \"NEW\"\norganisation = \"New\"\n[[smpp]]\nsystem_id = \"new\"\n".to_owned(),
    ));
    applied(&mut fixture, &tree, RUN);
    fixture.at("2026-11-24T14:00:00Z");
    "undo".clone_into(&mut fixture.origin.command);
    let mut tx = fixture.store.write(&fixture.origin).expect("transaction");
    let undone = undo(&mut tx, None).map(|undone| undone.command);
    assert_eq!(undone.ok().as_deref(), Some("apply"));
    tx.commit().expect("committed");
    assert_eq!(exported(&mut fixture), before);
    assert_eq!(fixture.read(|now| now.customer("ACME")).details.managed_by, None);
}

#[test]
fn records_of_other_files_and_customers_are_refused_with_their_place() {
    let mut fixture = with_everything();
    fixture.customer("OTHER");
    fixture
        .write(|tx| {
            customer::edit(tx, "OTHER", |details| {
                details.managed_by = Some(valid("north"));
                Ok(())
            })
        })
        .expect("edited");
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let before = fixture.dump();
    let faults = attempt(&mut fixture, &vec![
        file("a.toml", "account_code = \"OTHER\"\norganisation = \"Other\"\n"),
        file("b.toml", "account_code = \"NEW\"\norganisation = \"New\"\n\n[[smpp]]\nsystem_id = \"acme_prod\"\n\n[[smpp]]\nsystem_id = \"n\"\nservice = \"premum\"\n"),
        file("c.toml", "account_code = \"new\"\norganisation = \"New\"\n"),
        file("d.toml", "[[plan]]\ncode = \"UK\"\nname = \"UK\"\nunit = \"EUR\"\n"),
    ], RUN).unwrap_err();
    assert_eq!(
        faults,
        [
            "d.toml:1:1: plan `uk` has another unit than `EUR`, and it never changes",
            "b.toml:4:1: SMPP account `acme_prod` has another customer than `NEW`, and it never changes",
            "b.toml:7:1: no service `premum`",
            "c.toml:1:1: customer `new` is declared in `b.toml` too",
            "a.toml:1:1: customer `OTHER` is kept in the files of `north`, not of `apply`",
        ]
    );
    assert_eq!(fixture.dump(), before);
}

/// Accounts with switches and limits at random.
fn account() -> impl Strategy<Value = SmppDetails> {
    (any::<[bool; 4]>(), proptest::option::of(1..1000_u32), proptest::collection::vec("192\\.0\\.2\\.[1-9]", 0..3))
        .prop_map(|([enabled, binds, submits, cug], limit, ips)| {
            let mut details = SmppDetails::of(valid("standard"));
            (details.enabled, details.binding_enabled) = (enabled, binds);
            (details.submit_enabled, details.use_cug) = (submits, cug);
            details.max_tps = limit.map(|limit| valid(&limit.to_string()));
            details.allowed_ips = ips.iter().map(|ip| valid(ip)).collect();
            details.fold_duplicates();
            details
        })
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn an_export_of_any_database_changes_nothing_and_makes_the_same_elsewhere(
        customers in proptest::collection::vec(
            (any_customer(), proptest::collection::vec(person(), 0..5), proptest::collection::vec(account(), 0..3), proptest::option::of(-5..500_i64)),
            1..5,
        ),
    ) {
        let mut fixture = Fixture::new();
        for (place, (details, people, accounts, upper)) in customers.into_iter().enumerate() {
            let code = format!("C{place}");
            fixture.write(|tx| {
                customer::new(tx, Some(valid(&code)), details)?;
                people.into_iter().try_for_each(|person| contact::add(tx, &code, person).map(drop))?;
                let Some(upper) = upper else { return Ok(()) };
                balance::set_credit_limit(tx, &code, Some(Unit::Sms), valid(&upper.abs().to_string()))?;
                warning::set(tx, &code, Unit::Sms, |warning| warning.upper = Some(valid(&upper.to_string()))).map(drop)
            }).unwrap();
            for (number, details) in accounts.into_iter().enumerate() {
                let mut new = new_account(&format!("c{place}_{number}"));
                new.details = details;
                fixture.add_account(&code, new).unwrap();
            }
        }
        let tree = exported(&mut fixture);
        prop_assert_eq!(lines(&applied(&mut fixture, &tree, PRUNE)), Vec::<String>::new());
        let mut other = Fixture::new();
        applied(&mut other, &tree, RUN);
        prop_assert_eq!(exported(&mut other), tree.clone());
        prop_assert_eq!(lines(&applied(&mut other, &tree, PRUNE)), Vec::<String>::new());
    }
}
