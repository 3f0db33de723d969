use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card {
        /// A field.
        number: String as "number", required;

        /// A field.
        level: String as "level", required;
    }
}

fn main() {}
