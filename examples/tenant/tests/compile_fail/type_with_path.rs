use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card {
        /// A field.
        number: std::string::String as "number", required;
    }
}

fn main() {}
