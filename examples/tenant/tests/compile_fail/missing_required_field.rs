use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card(CardRequired) {
        /// A field.
        number: String as "number", required;

        /// A field.
        level: String as "level", required;
    }
}

fn card() -> Card {
    Card::new(CardRequired { number: "1" })
}

fn main() {}
