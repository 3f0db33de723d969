use miniprogram_protocol::{CustomFormat, Format, protocol_type};

static PHONE: CustomFormat = CustomFormat::new("e164", "a phone number", |_| true).samples(&["+10"]);

protocol_type! {
    /// A phone number.
    pub struct Phone(String): Format::Custom(&PHONE);
}

fn main() {}
