# Martin Richards' simulation of the kernel of an operating system. Simulations
# are independent; each is an atomic block.
const IDLE = 0
const WORKER = 1
const HANDLER_A = 2
const HANDLER_B = 3
const DEVICE_A = 4
const DEVICE_B = 5
const DEVICE_PACKET = 0
const WORK_PACKET = 1

const RUNNABLE = 1
const SUSPENDED = 2
const HELD = 4

class Packet {
	fn init(link, id, kind) {
		self.link = link
		self.id = id
		self.kind = kind
		self.at = 0
		self.data = [0, 0, 0, 0]
	}
	# behind puts it at the end of a queue, and returns that.
	fn behind(queue) {
		self.link = nil
		if queue == nil { return self }
		let last = queue
		while last.link != nil { last = last.link }
		last.link = self
		return queue
	}
}

class Block {
	fn init(link, id, priority, queue, task) {
		self.link = link
		self.id = id
		self.priority = priority
		self.queue = queue
		self.task = task
		self.state = SUSPENDED
		if queue != nil { self.state = SUSPENDED | RUNNABLE }
	}
	fn idle() { return self.state & HELD != 0 or self.state == SUSPENDED }
	fn run() {
		let packet = nil
		if self.state == SUSPENDED | RUNNABLE {
			packet = self.queue
			self.queue = packet.link
			self.state = 0
			if self.queue != nil { self.state = RUNNABLE }
		}
		return self.task.run(packet)
	}
	# add queues a packet, and returns who is to run next.
	fn add(current, packet) {
		if self.queue == nil {
			self.queue = packet
			self.state |= RUNNABLE
			if self.priority > current.priority { return self }
		} else {
			self.queue = packet.behind(self.queue)
		}
		return current
	}
}

class Kernel {
	fn init() {
		self.blocks = list(6, nil)
		self.first = nil
		self.current = nil
		self.queued = 0
		self.holds = 0
	}
	fn add(id, priority, queue, task) {
		self.first = Block(self.first, id, priority, queue, task)
		self.current = self.first
		self.blocks[id] = self.first
	}
	fn schedule() {
		self.current = self.first
		while self.current != nil {
			if self.current.idle() {
				self.current = self.current.link
			} else {
				self.current = self.current.run()
			}
		}
	}
	fn release(id) {
		let b = self.blocks[id]
		if b == nil { return b }
		b.state &= ~HELD
		if b.priority > self.current.priority { return b }
		return self.current
	}
	fn hold() {
		self.holds += 1
		self.current.state |= HELD
		return self.current.link
	}
	fn suspend() {
		self.current.state |= SUSPENDED
		return self.current
	}
	fn send(packet) {
		let b = self.blocks[packet.id]
		if b == nil { return b }
		self.queued += 1
		packet.link = nil
		packet.id = self.current.id
		return b.add(self.current, packet)
	}
}

class Idle {
	fn init(kernel, count) { self.kernel = kernel; self.bits = 1; self.count = count }
	fn run(packet) {
		self.count -= 1
		if self.count == 0 { return self.kernel.hold() }
		if self.bits & 1 == 0 {
			self.bits = self.bits >> 1
			return self.kernel.release(DEVICE_A)
		}
		self.bits = (self.bits >> 1) ^ 0xd008
		return self.kernel.release(DEVICE_B)
	}
}

class Device {
	fn init(kernel) { self.kernel = kernel; self.waiting = nil }
	fn run(packet) {
		if packet == nil {
			if self.waiting == nil { return self.kernel.suspend() }
			let p = self.waiting
			self.waiting = nil
			return self.kernel.send(p)
		}
		self.waiting = packet
		return self.kernel.hold()
	}
}

class Worker {
	fn init(kernel) { self.kernel = kernel; self.to = HANDLER_A; self.count = 0 }
	fn run(packet) {
		if packet == nil { return self.kernel.suspend() }
		if self.to == HANDLER_A { self.to = HANDLER_B } else { self.to = HANDLER_A }
		packet.id = self.to
		packet.at = 0
		for i in 0..4 {
			self.count += 1
			if self.count > 26 { self.count = 1 }
			packet.data[i] = self.count
		}
		return self.kernel.send(packet)
	}
}

class Handler {
	fn init(kernel) { self.kernel = kernel; self.work = nil; self.device = nil }
	fn run(packet) {
		if packet != nil {
			if packet.kind == WORK_PACKET {
				self.work = packet.behind(self.work)
			} else {
				self.device = packet.behind(self.device)
			}
		}
		let w = self.work
		if w != nil {
			if w.at < 4 {
				let d = self.device
				if d != nil {
					self.device = d.link
					d.at = w.data[w.at]
					w.at += 1
					return self.kernel.send(d)
				}
			} else {
				self.work = w.link
				return self.kernel.send(w)
			}
		}
		return self.kernel.suspend()
	}
}

fn packets(n, id, kind) {
	let queue = nil
	for i in 0..n { queue = Packet(queue, id, kind) }
	return queue
}

# simulate is short if count is less than 10,000, and checks nothing then.
fn simulate(count) {
	let k = Kernel()
	k.add(IDLE, 0, nil, Idle(k, count))
	k.current.state = 0
	k.add(WORKER, 1000, packets(2, WORKER, WORK_PACKET), Worker(k))
	k.add(HANDLER_A, 2000, packets(3, DEVICE_A, DEVICE_PACKET), Handler(k))
	k.add(HANDLER_B, 3000, packets(3, DEVICE_B, DEVICE_PACKET), Handler(k))
	k.add(DEVICE_A, 4000, nil, Device(k))
	k.add(DEVICE_B, 5000, nil, Device(k))
	k.schedule()
	assert(count != 10000 or k.queued == 23246, "wrong number of packets")
	assert(count != 10000 or k.holds == 9297, "wrong number of holds")
	return k.queued
}

fn step(n, count) {
	return parallel(fn(i, k) {
		let sum = 0
		for round in 0..share(n, i, k) { atomic { sum += simulate(count) } }
		return sum
	})
}
