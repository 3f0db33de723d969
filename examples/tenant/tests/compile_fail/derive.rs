use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    #[derive(PartialOrd)]
    pub struct Card {
        /// A field.
        number: String as "number", required;
    }
}

fn main() {}
