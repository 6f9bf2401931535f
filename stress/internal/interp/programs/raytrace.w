# Three spheres over a plane, one light. Threads read the scene, and write each
# pixel into a shared picture in an atomic block of its own.
class Vector {
	fn init(x, y, z) { self.x = x; self.y = y; self.z = z }
	fn plus(v) { return Vector(self.x + v.x, self.y + v.y, self.z + v.z) }
	fn minus(v) { return Vector(self.x - v.x, self.y - v.y, self.z - v.z) }
	fn times(f) { return Vector(self.x * f, self.y * f, self.z * f) }
	fn dot(v) { return self.x * v.x + self.y * v.y + self.z * v.z }
	fn unit() { return self.times(1.0 / math.sqrt(self.dot(self))) }
}

class Sphere {
	fn init(centre, radius, shade) { self.centre = centre; self.r2 = radius * radius; self.shade = shade }
	# hit returns how far away the ray meets it, or nil.
	fn hit(from, along) {
		let to = self.centre.minus(from)
		let b = to.dot(along)
		let d = b * b - to.dot(to) + self.r2
		if d < 0.0 { return nil }
		let t = b - math.sqrt(d)
		if t < 0.001 { return nil }
		return t
	}
	fn normal(at) { return at.minus(self.centre).unit() }
}

class Plane {
	fn init(height, shade) { self.height = height; self.shade = shade }
	fn hit(from, along) {
		if along.y == 0.0 { return nil }
		let t = (self.height - from.y) / along.y
		if t < 0.001 { return nil }
		return t
	}
	fn normal(at) { return up }
}

let up = Vector(0.0, 1.0, 0.0)
let light = Vector(5.0, 8.0, -5.0)
let eye = Vector(0.0, 1.0, -6.0)
let scene = [
	Sphere(Vector(-1.5, 1.0, 0.0), 1.0, 0.9), Sphere(Vector(0.7, 0.6, -1.0), 0.6, 0.7),
	Sphere(Vector(1.5, 1.4, 1.0), 1.4, 0.5), Plane(0.0, 0.3),
]

# nearest returns what a ray meets first, and how far away.
fn nearest(from, along) {
	let best = nil
	let at = 1e9
	for s in scene {
		let t = s.hit(from, along)
		if t != nil and t < at { best = s; at = t }
	}
	return [best, at]
}

fn shade(from, along, depth) {
	let found = nearest(from, along)
	let s = found[0]
	if s == nil { return 0.2 }
	let at = from.plus(along.times(found[1]))
	let normal = s.normal(at)
	let to_light = light.minus(at).unit()
	let bright = 0.1
	if nearest(at, to_light)[0] == nil {
		let c = normal.dot(to_light)
		if c > 0.0 { bright += c * s.shade }
	}
	if depth > 0 {
		let mirrored = along.minus(normal.times(2.0 * along.dot(normal)))
		bright = bright * 0.8 + 0.2 * shade(at, mirrored, depth - 1)
	}
	return bright
}

fn step(size) {
	let picture = []
	for y in 0..size { picture.append(list(size, 0)) }
	parallel(fn(i, k) {
		let y = i
		while y < size {
			for x in 0..size {
				let along = Vector(float(2 * x - size) / float(size), float(size - 2 * y) / float(size), 2.0).unit()
				atomic { picture[y][x] = int(255.0 * shade(eye, along, 2)) }
			}
			y += k
		}
		return 0
	})
	let sum = 0
	for row in picture { for p in row { sum += p } }
	return sum
}
