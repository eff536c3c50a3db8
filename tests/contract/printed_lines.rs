//! A line that prints something for every command, and the form of what it prints.

/// What a command prints.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    /// Rows: an array in JSON.
    List,
    /// The same, but a table has sentences for reading.
    Lines,
    /// One row: an object in JSON.
    Single,
    /// One thing with what belongs to it: an object in JSON with arrays of rows. Its CSV is tested in `nested.rs`.
    Sheet,
    /// One value under a key.
    Value,
    /// A text for another program, or nothing at all.
    Text,
}
use Shape::{Lines, List, Sheet, Single, Text, Value as Bare};

/// Every command, with a line that prints something. Changes are tried with `--dry-run`, so each can be repeated.
pub const LINES: &[(Shape, &str)] = &[
    (Sheet, "overview"),
    (Single, "customer new --organisation New --account-code NEW -n"),
    (Single, "customer edit ABC --country IE -n"),
    (Sheet, "customer show ABC"),
    (List, "customer list --all"),
    (List, "customer archive ABC XYZ -y -n"),
    (List, "customer unarchive OLD -n"),
    (List, "customer import customers.csv -n"),
    // CSV, unless another format is asked for.
    (Text, "customer export"),
    (Single, "contact add ABC --name New -n"),
    (Single, "contact edit ABC 1 --name New -n"),
    (Single, "contact remove ABC 1 -y -n"),
    (List, "contact list"),
    (List, "contact import contacts.csv -n"),
    (Text, "contact export"),
    (Single, "note add ABC New -n"),
    (List, "note list"),
    (List, "note import notes.csv -n"),
    (Text, "note export"),
    (Text, "balance export"),
    (Single, "smpp add ABC --system-id new -n"),
    (Single, "smpp quick-create ABC --system-id new -n"),
    // A text for reading, and a row for programs; see below.
    (Text, "smpp handover abc --config mail.toml"),
    (Single, "smpp edit abc --max-tps 7 -n"),
    (Sheet, "smpp show abc"),
    (Sheet, "smpp show abc --reveal"),
    (List, "smpp list --all"),
    (List, "smpp enable abc -n"),
    (List, "smpp disable abc -n"),
    (Single, "smpp cug abc add +447700900128 -n"),
    (List, "smpp cug abc list"),
    // It needs a gateway; tests/smpp has some.
    (Text, "smpp probe abc --host 127.0.0.1 --port 1"),
    // No gateway is configured; the transcript has one.
    (Text, "smpp sweep -n"),
    (Single, "smpp export --gateway json --file accounts.json -n"),
    (List, "smpp export --gateway opensmppbox --diff logins --skip-unfit -q"),
    // With every account in it, nothing differs; the transcripts have differences.
    (Text, "smpp drift --gateway json --read-with 'echo {}' --hash"),
    (Text, "smpp push --gateway opensmppbox --file logins --skip-unfit -n"),
    (Single, "smpp rotate-password abc --grace 0 -n"),
    (List, "smpp archive abc -y -n"),
    (List, "smpp unarchive xyz_old -n"),
    (List, "smpp import accounts.csv -n"),
    (Single, "service new new --name New -n"),
    (Single, "service edit uk --name New -n"),
    (List, "service list"),
    (List, "service import services.csv -n"),
    (Text, "service export"),
    (Single, "plan new new --name New --unit EUR -n"),
    (Sheet, "plan show uk"),
    (List, "plan list --all"),
    (Single, "plan edit uk --name New -n"),
    (List, "plan archive spare -n"),
    (List, "plan unarchive spent -n"),
    (Sheet, "plan import prices.csv --plan uk --effective 2999-01-01 -n"),
    (Text, "plan export uk"),
    (List, "plan diff uk prices.csv --effective 2999-01-01"),
    (List, "price list uk"),
    (Single, "price set uk NG 0.2 -n"),
    (Single, "price withdraw spare GB -n"),
    (Sheet, "price lookup uk +447700900123"),
    // Without a planned change there is nobody to notify.
    (Text, "plan notify standard --config mail.toml -n"),
    (List, "balance show ABC"),
    (List, "balance list"),
    (Single, "balance adjust ABC 1 --unit SMS --description new -n"),
    (Single, "balance limit ABC 1 --unit SMS -n"),
    (List, "balance history"),
    (List, "balance at ABC 2030-01-01"),
    (List, "balance explain ABC"),
    (List, "balance explain ABC --imports"),
    (List, "balance reverse 1 --description wrong -n"),
    (List, "balance transfer ABC XYZ 1 --unit SMS --description moved -n"),
    (Single, "balance warn ABC --unit SMS --upper 300 -n"),
    (Single, "balance check --status"),
    (Sheet, "balance alerts ABC --unit SMS"),
    (List, "mail list"),
    (Sheet, "mail show 1"),
    (List, "mail retry 1 -n"),
    (List, "mail cancel 1 -n"),
    // A row for programs, and an email for a person.
    (Text, "mail preview test --config mail.toml"),
    // A row, but of another email each time.
    (Text, "mail test a@b.example --config mail.toml"),
    (Single, "balance import rows.csv -n"),
    (List, "balance import rows.csv --receipts -n"),
    (Single, "invoice new ABC --currency EUR --description New --price 1 -n"),
    (Single, "invoice line 1 --description New --price 1 -n"),
    // Nobody is postpaid.
    (Text, "invoice run --period 2026-01 --config mail.toml -n"),
    (List, "invoice issue 1 --config mail.toml -n"),
    (List, "invoice send 2 --to a@b.example --config mail.toml -n"),
    // No invoice is overdue.
    (Text, "invoice remind --config mail.toml"),
    (Sheet, "invoice show 1 --config mail.toml"),
    (List, "invoice list"),
    (List, "invoice hold 1 -n"),
    (List, "invoice release 1 -n"),
    (List, "invoice cancel 1 -n"),
    (Single, "invoice credit 2 --reason wrong --config mail.toml -n"),
    (Single, "invoice write-off 2 --description lost --config mail.toml -n"),
    (Single, "fee add ABC --amount 1 --currency EUR --description New -n"),
    (List, "fee list"),
    (Single, "fee end 1 -n"),
    (List, "invoice export . --to hledger --from 2020-01-01 -n"),
    (Single, "payment record ABC 1 --currency EUR --config mail.toml -n -q"),
    (List, "payment import bank.csv --config mail.toml -n -q"),
    (List, "payment list"),
    (Single, "payment allocate 2 --oldest --config mail.toml -n"),
    (Single, "payment refund 2 --description back --config mail.toml -n"),
    (Single, "payment reverse 2 --description bounced --config mail.toml -n"),
    (List, "report receivables"),
    (List, "report balances"),
    (List, "report balances --by customer"),
    (List, "report balances --at 2999-01-01"),
    (List, "report balances --at 2999-01-01 --by customer"),
    (Sheet, "report statement ABC --unit SMS --from 2026-01-01"),
    (List, "report statement --all --period 2026"),
    // Without traffic there is nothing to look at.
    (Text, "report forecast"),
    // A file each time; the transcripts have it, and `verify` reads it.
    (Text, "report statement ABC --unit SMS --from 2026-01-01 --prove proof.json"),
    (Single, "verify signed.json --key operator.pub"),
    (Bare, "config public-key"),
    (List, "traffic import traffic.csv -n"),
    (Single, "traffic post -n"),
    // No message is pending.
    (Text, "traffic expire --before 2027-01-01 -n"),
    // Nothing was charged by a plan.
    (Text, "traffic reprice --from 2026-01-01 --until 2027-01-01 -n"),
    // No message is of that day, so none differs.
    (Text, "traffic reconcile ABC traffic.csv --since 2001-01-01 --until 2001-01-02"),
    (List, "traffic list"),
    (List, "traffic show shown"),
    (List, "traffic find --id shown --from 2000-01-01"),
    (Single, "traffic close 1 -n"),
    (Single, "traffic revert 2 --reason wrong -n"),
    (Single, "traffic prune --before 2026-01-01 -n"),
    (List, "report traffic --from 2026-11-01 --until 2026-11-03"),
    // Without traffic there is no usage.
    (Text, "report usage --last 1mo"),
    (Single, "quick-create --organisation New --credit 5 -n"),
    (Lines, "audit list"),
    (Sheet, "audit show 1"),
    // A folder each time; the transcript has it.
    (Text, "audit bundle bundled --year 2020"),
    (Lines, "undo 1 -n"),
    (Lines, "redo -n"),
    (List, "apply desired.toml -n"),
    (Text, "metrics"),
    (Text, "export everything.jsonl --force"),
    (Single, "import everything.jsonl --db empty.db -n"),
    (Bare, "db init"),
    (Bare, "db path"),
    (Text, "db check"),
    (Single, "db head"),
    (Single, "db migrate"),
    (Bare, "db backup copy.db --force"),
    (Text, "db restore backup.db --db other.db"),
    (List, "config show"),
    // All is well.
    (Text, "config check"),
    (Bare, "config path"),
    (Bare, "config get gateway.port"),
    (Bare, "config set defaults.country GB --config mail.toml"),
    (Bare, "config unset mail.transport --config mail.toml -n"),
    (Text, "config init"),
    // One document in JSON, and a list otherwise.
    (Text, "capabilities"),
    (Text, "completions bash"),
    (Text, "man ."),
    (Single, "version"),
];

/// The lines that print rows or a value.
pub fn printing() -> impl Iterator<Item = &'static (Shape, &'static str)> {
    LINES.iter().filter(|(shape, _)| *shape != Text)
}
