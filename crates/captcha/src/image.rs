//! Images with characters to read.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::captcha::{Puzzle, PuzzleAnswer, PuzzleKind, Seed};
use auth_ports::{Failure, PuzzleMaker};
use auth_workers::Workers;
use captcha::Captcha;
use captcha::filters::{Dots, Noise, Wave};
use tokio::sync::Semaphore;

/// The number of images that may be drawn or wait.
const MAX_WAITING: usize = 64;
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// In pixels.
const WIDTH: u32 = 220;
/// In pixels.
const HEIGHT: u32 = 120;

/// Draws images, one at a time, on a thread of its own.
#[derive(Debug)]
pub struct ImageMaker {
    workers: Workers,
    places: Arc<Semaphore>,
}

impl Default for ImageMaker {
    fn default() -> Self {
        Self { workers: Workers::new("captcha", 1), places: Arc::new(Semaphore::new(MAX_WAITING)) }
    }
}

#[async_trait]
impl PuzzleMaker for ImageMaker {
    fn kind(&self) -> PuzzleKind {
        PuzzleKind::Image
    }

    async fn make(&self, seed: &Seed) -> Result<Puzzle, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Failure::Unavailable {
            retry_after: RETRY_AFTER,
            cause: "too many images are waiting to be drawn".into(),
        })?;
        let (characters, looks) = (seed.characters(), seed.looks());
        let drawn = self.workers.run(place, move || draw(characters, looks)).await.map_err(Failure::internal)?;
        let bytes = drawn.ok_or_else(|| Failure::internal("an image could not be encoded"))?;
        Ok(Puzzle::Image { media_type: "image/png", bytes })
    }

    fn is_solved(&self, seed: &Seed, answer: &PuzzleAnswer) -> bool {
        matches!(answer, PuzzleAnswer::Text(text) if seed.is_spelt(text))
    }
}

/// Bends the characters and strews noise and dots over them, each time in another way. The noise is drawn anew whenever
/// an image is; nothing depends on it.
fn draw(characters: [char; 4], looks: [u8; 8]) -> Option<Vec<u8>> {
    let within = |look: u8, least: f64, most: f64| least + (most - least) * f64::from(look) / 255.0;
    let mut image = Captcha::new();
    for character in characters {
        image.set_chars(&[character]).add_char();
    }
    image
        .apply_filter(Noise::new(0.15))
        .apply_filter(Wave::new(within(looks[0], 1.0, 2.5), within(looks[1], 5.0, 12.0)).horizontal())
        .apply_filter(Wave::new(within(looks[2], 1.0, 2.5), within(looks[3], 5.0, 12.0)).vertical())
        .view(WIDTH, HEIGHT)
        .apply_filter(Dots::new(6 + u32::from(looks[4] % 5)).min_radius(3).max_radius(6));
    image.as_png()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_can_be_drawn_however_it_is_bent() {
        let known = Captcha::new().supported_chars();
        for character in "ACDEFHJKMNPRTUVWXY347".chars() {
            assert!(known.contains(&character), "{character}");
            for looks in [[0; 8], [255; 8]] {
                let png = draw([character; 4], looks).expect("an image");
                assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            }
        }
    }
}
