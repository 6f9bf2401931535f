# Worms of length up to 5 crawl on a common field, each a thread: an atomic block
# for each step.
const SIZE = 120
let field = []
for y in 0..SIZE { field.append(list(SIZE, 0)) }

let dx = [1, 0, -1, 0]
let dy = [0, 1, 0, -1]

fn crawl(id, x, y, steps) {
	let r = Random(id)
	let way = r.below(4)
	let body = []
	let oldest = 0
	field[y][x] = id
	body.append([x, y])
	for s in 0..steps {
		if r.below(5) == 0 { way = r.below(4) }
		let turn = r.below(4)
		let moved = false
		atomic {
			for try_ in 0..5 {
				let w = way
				if try_ > 0 { w = (turn + try_) % 4 }
				let nx = x + dx[w]
				let ny = y + dy[w]
				if nx >= 0 and nx < SIZE and ny >= 0 and ny < SIZE and field[ny][nx] == 0 {
					field[ny][nx] = id
					x = nx
					y = ny
					way = w
					moved = true
					break
				}
			}
			if moved and len(body) - oldest == 5 {
				let tail = body[oldest]
				field[tail[1]][tail[0]] = 0
			}
		}
		if moved {
			if len(body) - oldest == 5 { oldest += 1 }
			body.append([x, y])
		}
		if len(body) > 1000 { body = body.slice(oldest, len(body)); oldest = 0 }
	}
	for i in oldest..len(body) { field[body[i][1]][body[i][0]] = 0 }
	return 0
}

fn step(n) {
	parallel(fn(i, k) { return crawl(i + 1, SIZE / 2 + 10 * i, SIZE / 2, share(n, i, k)) })
	for row in field { for c in row { assert(c == 0, "a worm has left something") } }
	return 0
}
