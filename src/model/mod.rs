//! Defines the business values: customers, accounts, money, messages, emails and their parts.
//!
//! A value is validated when it is parsed, so every other layer can rely on it. The module depends on no database, terminal or
//! mail server.

mod accrual;
mod address;
mod balance;
mod calling_code;
mod code;
mod confusable;
mod contact;
mod country;
mod currency;
mod customer;
mod destination;
mod email;
mod event;
mod gateway;
mod grace;
mod handover;
mod import;
mod ip_range;
mod joiner;
mod message_record;
mod misread;
mod mo_number;
mod money;
mod msisdn;
mod msisdn_set;
mod numbering;
mod outbox;
mod password;
mod service;
mod smpp;
pub mod text;
mod time;
mod traffic;
mod warning;
mod web;
pub(crate) mod word_enum;
mod zone;

pub use accrual::{Accrual, AccruedCharge, AccruedLine, AccruedSum};
pub use address::PostalAddress;
pub use balance::{Balance, Entry, EntryKind, Hash, Origin, Posting};
pub use calling_code::{calling_code, country_of};
pub use code::{AccountCode, AddressRange, ServiceCode, ShortName, SystemId, SystemType};
pub use confusable::Skeleton;
pub use contact::{Contact, ContactDetails, Note, Role, Roles};
pub use country::Country;
pub use currency::Currency;
pub use customer::{ApiId, Customer, CustomerDetails, Lifecycle, PaymentTerms, Status};
pub use destination::Destination;
pub use email::{EmailAddress, EmailList};
pub use event::{Change, EntityKind, Event, FieldChanges};
pub use gateway::{Gateway, Host, Port};
pub use grace::Grace;
pub use handover::{Handover, Obstacle};
pub use import::{
    AccountPrice, Charge, Import, ImportState, Manifest, TrafficTally, day_of, days_since_epoch, first_day_of, month_of,
};
pub use ip_range::IpRange;
pub use message_record::MessageRecord;
pub use misread::misread;
pub use mo_number::{MoNumber, MoNumberList};
pub use money::{Money, Unit, units};
pub use msisdn::{Msisdn, MsisdnList};
pub use msisdn_set::MsisdnSet;
pub use numbering::calling_code_of;
pub use outbox::{
    CheckCounts, CheckRun, EmailState, EmailTemplate, OutboxEmail, RenderedEmail, SendAttempt, SendOutcome, Sender,
    SenderRole,
};
pub use password::{KeyFingerprint, Password};
pub use service::{Service, ServiceDetails};
pub use smpp::{Limit, SmppAccount, SmppDetails};
pub use text::{
    Actor, Description, Invalid, Key, Name, NoteText, Organisation, Reason, Reference, RegistrationNumber, TextLine,
};
pub use time::{Time, not_in_calendar, parse_date};
pub use traffic::{DayTraffic, Message, MessageId, MessageState, QuarterTraffic, StateCounts};
pub use warning::{Crossing, CrossingCause, Level, Warning, WarningDetails};
pub use web::{Webhook, Website};
pub use word_enum::WordEnum;
pub use zone::Zone;
