use miniprogram_protocol::{CustomFormat, Format, protocol_type};

static NUMBER: CustomFormat = CustomFormat::new("card-number", "a card number", |_| true);

protocol_type! {
    /// A card number.
    pub struct Number(String): Format::Custom(&NUMBER);
}

fn main() {}
