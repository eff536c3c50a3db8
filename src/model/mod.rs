//! Pure values of the business: parsed once, valid for ever, knowing nothing of databases, terminals or mail servers.

mod address;
mod balance;
mod calling_code;
mod code;
mod contact;
mod country;
mod customer;
mod destination;
mod email;
mod event;
mod gateway;
mod grace;
mod handover;
mod import;
mod letter;
mod look;
mod message_record;
mod money;
mod msisdn;
mod msisdn_set;
mod network;
mod password;
mod service;
mod smpp;
pub mod text;
mod time;
mod traffic;
mod warning;
mod web;

pub use address::PostalAddress;
pub use balance::{Balance, Entry, EntryKind, Hash, Origin, Posting};
pub use calling_code::{calling_code_of, country_of};
pub use code::{AccountCode, AddressRange, ServiceCode, ShortName, SystemId, SystemType};
pub use contact::{Contact, ContactDetails, Note, Role, Roles};
pub use country::Country;
pub use customer::{ApiId, Customer, CustomerDetails, Life, PaymentTerms, Status};
pub use destination::Destination;
pub use email::{EmailAddress, EmailList};
pub use event::{Change, Event, Noun, Steps};
pub use gateway::{Gateway, Host, Port};
pub use grace::Grace;
pub use handover::Handover;
pub use import::{Charge, Import, ImportState, Manifest, Tally, Tariff, day_of, first_day_of, month_of};
pub use letter::{
    Attempt, CheckCounts, CheckRun, Composed, Letter, LetterKind, LetterState, Outcome, Sender, SenderRole,
};
pub use look::Look;
pub use message_record::MessageRecord;
pub use money::{Money, Unit, units};
pub use msisdn::{Msisdn, MsisdnList, calling_code};
pub use msisdn_set::MsisdnSet;
pub use network::Network;
pub use password::Password;
pub use service::{Service, ServiceDetails};
pub use smpp::{Limit, SmppAccount, SmppDetails};
pub use text::{
    Actor, Description, Invalid, Key, Line, Name, NoteText, Organisation, Reason, Reference, RegistrationNumber,
};
pub use time::Time;
pub use traffic::{DayTraffic, HourTraffic, Message, MessageId, MessageState, StateCounts};
pub use warning::{Cause, Crossing, Level, Warning, WarningDetails};
pub use web::{Webhook, Website};
