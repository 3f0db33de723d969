use miniprogram_protocol::protocol_type;

protocol_type! {
    /// A card.
    pub struct Card {
        /// A field.
        points: i64 as "points", required, range(2, 1);
    }
}

fn main() {}
