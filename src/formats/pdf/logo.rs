//! Reads a PNG picture for the head of an invoice. Transparent parts become white, since paper is.

use std::io::Read;
use std::sync::Arc;

use flate2::read::ZlibDecoder;

use crate::model::text::Invalid;

/// The largest width and height of a logo.
const MAX_SIDE: usize = 4_000;

/// The most pixels of a logo, which then takes 12 MB.
const MAX_PIXELS: usize = 4_000_000;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture of eight bits for each of red, green and blue.
#[derive(Clone)]
pub struct Logo {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Arc<[u8]>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({}x{})", self.width, self.height)
    }
}

/// The first chunk of a PNG, and what others say about colours.
struct PngHeader {
    width: usize,
    height: usize,
    bit_depth: usize,
    colour: ColourType,
    palette: Vec<u8>,
    /// The opacity of each colour of the palette.
    palette_alpha: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ColourType {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

impl ColourType {
    const fn channels(self) -> usize {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

fn damaged() -> Invalid {
    Invalid::rule("is not a whole PNG picture")
}

impl Logo {
    /// Reads a PNG file without interlacing.
    pub fn parse(png: &[u8]) -> Result<Self, Invalid> {
        let mut rest = png.strip_prefix(SIGNATURE).ok_or_else(|| Invalid::rule("is not a PNG picture"))?;
        let mut header: Option<PngHeader> = None;
        let mut data = Vec::new();
        loop {
            let (length, after) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
            let (kind, after) = after.split_first_chunk::<4>().ok_or_else(damaged)?;
            let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| damaged())?;
            let chunk = after.get(..length).ok_or_else(damaged)?;
            match (kind, &mut header) {
                (b"IHDR", None) => header = Some(PngHeader::parse(chunk)?),
                (b"PLTE", Some(header)) => header.palette = chunk.to_vec(),
                (b"tRNS", Some(header)) if header.colour == ColourType::Palette => {
                    header.palette_alpha = chunk.to_vec();
                }
                (b"IDAT", Some(_)) => data.extend_from_slice(chunk),
                (b"IEND", _) => break,
                _ => {}
            }
            // After the chunk comes its checksum.
            rest = after.get(length + 4..).ok_or_else(damaged)?;
        }
        let header = header.ok_or_else(damaged)?;
        let pixels = header.pixels(&header.samples(&data)?)?;
        Ok(Self { width: header.width, height: header.height, pixels: pixels.into() })
    }
}

impl PngHeader {
    fn parse(chunk: &[u8]) -> Result<Self, Invalid> {
        let &[w1, w2, w3, w4, h1, h2, h3, h4, bit_depth, colour, 0, 0, interlace] = chunk else {
            return Err(damaged());
        };
        let side = |bytes| usize::try_from(u32::from_be_bytes(bytes)).map_err(|_| damaged());
        let (width, height) = (side([w1, w2, w3, w4])?, side([h1, h2, h3, h4])?);
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) || width * height > MAX_PIXELS {
            return Err(Invalid::rule("must have at most 4000 pixels a side and 4 million in all"));
        }
        if interlace != 0 {
            return Err(Invalid::rule("is an interlaced PNG: save it without interlacing"));
        }
        let colour = match (colour, bit_depth) {
            (0, 1 | 2 | 4 | 8 | 16) => ColourType::Grey,
            (2, 8 | 16) => ColourType::Rgb,
            (3, 1 | 2 | 4 | 8) => ColourType::Palette,
            (4, 8 | 16) => ColourType::GreyAlpha,
            (6, 8 | 16) => ColourType::Rgba,
            _ => return Err(damaged()),
        };
        let bit_depth = usize::from(bit_depth);
        Ok(Self { width, height, bit_depth, colour, palette: Vec::new(), palette_alpha: Vec::new() })
    }

    /// The rows, decompressed and without their filters.
    fn samples(&self, data: &[u8]) -> Result<Vec<u8>, Invalid> {
        let bits = self.bit_depth * self.colour.channels();
        let (stride, step) = ((self.width * bits).div_ceil(8), bits.div_ceil(8));
        let expected = (stride + 1) * self.height;
        let mut filtered = Vec::with_capacity(expected);
        let limit = u64::try_from(expected).map_err(|_| damaged())?;
        ZlibDecoder::new(data).take(limit).read_to_end(&mut filtered).map_err(|_| damaged())?;
        if filtered.len() != expected {
            return Err(damaged());
        }
        let mut samples: Vec<u8> = Vec::with_capacity(stride * self.height);
        for row in filtered.chunks_exact(stride + 1) {
            let Some((filter, row)) = row.split_first() else { return Err(damaged()) };
            let begin = samples.len();
            for (index, byte) in row.iter().enumerate() {
                let is_inside = index >= step;
                let left = if is_inside { samples[begin + index - step] } else { 0 };
                let up = if begin > 0 { samples[begin + index - stride] } else { 0 };
                let up_left = if begin > 0 && is_inside { samples[begin + index - stride - step] } else { 0 };
                let predicted = match filter {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => left.midpoint(up),
                    4 => paeth(left, up, up_left),
                    _ => return Err(damaged()),
                };
                samples.push(byte.wrapping_add(predicted));
            }
        }
        Ok(samples)
    }

    /// The pixels as red, green and blue, on white.
    fn pixels(&self, samples: &[u8]) -> Result<Vec<u8>, Invalid> {
        let channels = self.colour.channels();
        let stride = (self.width * self.bit_depth * channels).div_ceil(8);
        let mut pixels = Vec::with_capacity(self.width * self.height * 3);
        for row in samples.chunks_exact(stride) {
            for column in 0..self.width {
                let value = |channel: usize| self.value(row, column * channels + channel);
                let (colour, alpha) = match self.colour {
                    ColourType::Grey => ([self.scaled(value(0)); 3], 255),
                    ColourType::GreyAlpha => ([value(0); 3], value(1)),
                    ColourType::Rgb => ([value(0), value(1), value(2)], 255),
                    ColourType::Rgba => ([value(0), value(1), value(2)], value(3)),
                    ColourType::Palette => {
                        let index = usize::from(value(0));
                        let &[red, green, blue] = self.palette.get(index * 3..index * 3 + 3).ok_or_else(damaged)?
                        else {
                            return Err(damaged());
                        };
                        ([red, green, blue], self.palette_alpha.get(index).copied().unwrap_or(255))
                    }
                };
                pixels.extend(colour.map(|part| on_white(part, alpha)));
            }
        }
        Ok(pixels)
    }

    /// The value of a sample of a row; of 16 bits the upper eight.
    fn value(&self, row: &[u8], sample: usize) -> u8 {
        match self.bit_depth {
            16 => row[sample * 2],
            8 => row[sample],
            depth => {
                let bit = sample * depth;
                (row[bit / 8] >> (8 - depth - bit % 8)) & ((1 << depth) - 1)
            }
        }
    }

    /// A grey of fewer than eight bits as one of eight.
    fn scaled(&self, value: u8) -> u8 {
        match self.bit_depth {
            1 => value * 255,
            2 => value * 85,
            4 => value * 17,
            _ => value,
        }
    }
}

/// The neighbour that is nearest to left + up − up-left, as the standard defines it.
fn paeth(left: u8, up: u8, up_left: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(up_left));
    let estimate = a + b - c;
    let (to_left, to_up, to_up_left) = ((estimate - a).abs(), (estimate - b).abs(), (estimate - c).abs());
    match () {
        () if to_left <= to_up && to_left <= to_up_left => left,
        () if to_up <= to_up_left => up,
        () => up_left,
    }
}

fn on_white(part: u8, alpha: u8) -> u8 {
    let (part, alpha) = (u32::from(part), u32::from(alpha));
    u8::try_from((part * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use proptest::prelude::*;

    use super::*;

    /// A PNG with these values for bit depth, colour type and interlacing, and these rows with their filters.
    fn png(size: (u32, u32), kind: [u8; 3], extra: &[(&[u8; 4], &[u8])], rows: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(rows).expect("written");
        let data = encoder.finish().expect("written");
        let mut header = [size.0.to_be_bytes(), size.1.to_be_bytes()].concat();
        header.extend([kind[0], kind[1], 0, 0, kind[2]]);
        let mut file = SIGNATURE.to_vec();
        let chunks = [(b"IHDR", header.as_slice())].into_iter().chain(extra.iter().copied());
        for (name, chunk) in chunks.chain([(b"IDAT", data.as_slice()), (b"IEND", [].as_slice())]) {
            file.extend(u32::try_from(chunk.len()).expect("short").to_be_bytes());
            file.extend(name);
            file.extend(chunk);
            file.extend([0; 4]);
        }
        file
    }

    fn pixels(file: &[u8]) -> Vec<u8> {
        Logo::parse(file).expect("a picture").pixels.to_vec()
    }

    #[test]
    fn each_colour_type_is_read() {
        assert_eq!(pixels(&png((2, 1), [8, 2, 0], &[], &[0, 1, 2, 3, 4, 5, 6])), [1, 2, 3, 4, 5, 6]);
        assert_eq!(pixels(&png((2, 1), [8, 0, 0], &[], &[0, 7, 9])), [7, 7, 7, 9, 9, 9]);
        assert_eq!(pixels(&png((2, 1), [1, 0, 0], &[], &[0, 0b0100_0000])), [0, 0, 0, 255, 255, 255]);
        assert_eq!(pixels(&png((1, 1), [16, 2, 0], &[], &[0, 1, 99, 2, 99, 3, 99])), [1, 2, 3]);
        assert_eq!(pixels(&png((1, 1), [8, 6, 0], &[], &[0, 10, 20, 30, 0])), [255, 255, 255], "transparent is white");
        assert_eq!(pixels(&png((1, 1), [8, 4, 0], &[], &[0, 10, 255])), [10, 10, 10]);
        let palette: &[(&[u8; 4], &[u8])] = &[(b"PLTE", &[9, 8, 7, 1, 2, 3]), (b"tRNS", &[255, 0])];
        assert_eq!(pixels(&png((2, 1), [4, 3, 0], palette, &[0, 0x01])), [9, 8, 7, 255, 255, 255]);
    }

    #[test]
    fn each_filter_is_undone() {
        let rows = [
            [0, 10, 20, 30], // none
            [1, 1, 1, 1],    // left
            [2, 1, 1, 1],    // up
            [3, 1, 1, 1],    // mean of both
            [4, 1, 1, 1],    // Paeth
        ];
        let grey: Vec<u8> = pixels(&png((3, 5), [8, 0, 0], &[], rows.as_flattened())).into_iter().step_by(3).collect();
        assert_eq!(grey, [10, 20, 30, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let whole = png((1, 1), [8, 0, 0], &[], &[0, 1]);
        for end in 0..whole.len() - 4 {
            assert!(Logo::parse(&whole[..end]).is_err(), "cut after {end} bytes");
        }
        for (size, kind) in [((0, 1), [8, 0, 0]), ((4_001, 1), [8, 0, 0]), ((1, 1), [8, 0, 1]), ((1, 1), [3, 0, 0])] {
            assert!(Logo::parse(&png(size, kind, &[], &[0, 1])).is_err(), "{size:?} {kind:?}");
        }
        assert!(Logo::parse(&png((1, 1), [8, 3, 0], &[], &[0, 1])).is_err(), "a palette without colours");
        assert!(Logo::parse(&png((1, 1), [8, 0, 0], &[], &[5, 1])).is_err(), "no such filter");
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(
            size in (0_u32..9, 0_u32..9), depth in 0_u8..17, colour in 0_u8..7,
            rows in proptest::collection::vec(0_u8..=255, 0..80),
            palette in proptest::collection::vec(0_u8..=255, 0..10),
        ) {
            let _ = Logo::parse(&png(size, [depth, colour, 0], &[(b"PLTE", &palette)], &rows));
        }
    }
}
