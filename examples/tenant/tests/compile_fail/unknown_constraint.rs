use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card {
        /// A field.
        number: String as "number", required, max_len(64);
    }
}

fn main() {}
