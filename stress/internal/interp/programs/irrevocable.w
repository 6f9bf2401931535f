# The Mandelbrot set with a native call for each pixel that nobody has classified,
# and which is irrevocable therefore.
fn escape(cr, ci, most) {
	let zr = 0.0
	let zi = 0.0
	for n in 0..most {
		let r2 = zr * zr
		let i2 = zi * zi
		if r2 + i2 > 4.0 { return n }
		zi = 2.0 * zr * zi + ci
		zr = r2 - i2 + cr
	}
	return most
}

fn step(size) {
	return parallel(fn(i, k) {
		let sum = 0
		let y = i
		while y < size {
			let ci = 3.0 * float(y) / float(size) - 1.5
			for x in 0..size {
				let n = escape(3.0 * float(x) / float(size) - 2.0, ci, 63)
				host.plot(x, y, n)
				sum += n
			}
			y += k
		}
		return sum
	})
}
