use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card {
        /// A field.
        number: u32 as "number", required;
    }
}

fn main() {}
