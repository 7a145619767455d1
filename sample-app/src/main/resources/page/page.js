"use strict";

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const buttons = [...document.querySelectorAll("button[data-action]")];
const readings = (count) => `${number.format(count)} ${count === 1 ? "message" : "messages"}`;

// What a state of a gateway means, said where it appears.
const MEANINGS = {
	owner: "Its process owns the session in Redis.",
	resyncing: "Redis lost data: the gateway writes it back.",
	waiting: "Another process owns the session. It starts when that one's lease ends.",
	degraded: "Redis is away or refuses: nothing is accepted until it is back.",
	fenced: "Another process has taken the session. This one sends nothing more: stop it.",
	standby: "Another gateway is the leader. It takes over when that one goes.",
	starting: "Its process starts.",
	restarting: "It was killed: a new process starts, and finds the session in Redis.",
	stopping: "It was asked to end, and gives the session back.",
	unknown: "Its process does not answer.",
};

// What did not change is left alone, so that a screen reader is not disturbed.
function text(id, value, tone) {
	const element = byId(id);
	if (element.textContent !== value) {
		element.textContent = value;
	}
	element.className = tone ?? "";
}

function rows(id, lines) {
	const titles = [...byId(id).closest("table").querySelectorAll("thead th")].map((title) => title.textContent);
	byId(id).replaceChildren(...lines.map((cells) => {
		const row = document.createElement("tr");
		row.append(...cells.map((cell, index) => {
			const element = document.createElement(index === 0 ? "th" : "td");
			if (index === 0) {
				element.scope = "row";
			}
			element.dataset.title = titles[index];
			const [first, ...rest] = [cell].flat();
			element.append(String(first ?? "–"), ...rest.filter(Boolean).map((line) => {
				const small = document.createElement("small");
				small.textContent = line;
				return small;
			}));
			return element;
		}));
		return row;
	}));
}

function showNumbers(state) {
	const counts = state.counts;
	text("published", number.format(counts.published));
	text("in-redis", state.inRedis === null ? "?" : number.format(state.inRedis), "in-redis");
	text("delivered", number.format(counts.delivered));
	text("lost", number.format(counts.lost), counts.lost ? "bad" : "good");
	text("duplicates", number.format(counts.duplicates), counts.duplicates ? "bad" : "good");
	text("repeats", number.format(counts.repeats));
	text("unknown", number.format(counts.unknown));
}

function sentence(story) {
	const were = story.onlyInRedis === null ? "" : `${readings(story.onlyInRedis)} ${story.onlyInRedis === 1 ? "was" : "were"} only in Redis; `;
	switch (story.step) {
		case 1: return "It takes half a minute. Begin with the broker.";
		case 2: return "The broker is off. What is published now waits in Redis.";
		case 3: return "The readings are in Redis, and in the memory of the gateway. Take that away.";
		case 4: return story.arrived ? `${were}${number.format(story.arrived)} of them arrived.`
			: `${readings(story.onlyInRedis)} ${story.onlyInRedis === 1 ? "is" : "are"} only in Redis. Turn the broker on.`;
		default: return `${were}all of them arrived.`;
	}
}

function showStory(story) {
	for (const step of document.querySelectorAll("[data-step]")) {
		const position = story ? Number(step.dataset.step) - story.step : 1;
		step.className = position < 0 ? "done" : "";
		if (position === 0) {
			step.setAttribute("aria-current", "step");
		}
		else {
			step.removeAttribute("aria-current");
		}
	}
	text("story", story ? sentence(story) : "The broker is not the launcher's: turn it off yourself.", story?.step === 5 ? "good" : "");
}

function link(one) {
	return one && [one.state, `since ${clock.format(new Date(one.since))}${one.reason ? `: ${one.reason}` : ""}`];
}

function showHealth(state) {
	text("redis", state.redis ? "on" : "off", state.redis ? "good" : "bad");
	text("broker", state.broker === null ? "not the launcher's" : state.broker ? "on" : "off", state.broker === false ? "bad" : "good");
	rows("gateways", state.gateways.map((gateway) => [gateway.name,
		[gateway.state, MEANINGS[gateway.state.split(" ")[0]]], link(gateway.link), gateway.health, gateway.pid, gateway.port]));
	const done = state.handover;
	if (done) {
		text("handover", `Last handover: ${done.from} to ${done.to}, owner after ${done.ownedAfter.toFixed(1)} s, `
			+ `ready after ${done.readyAfter.toFixed(1)} s.`);
	}
}

function showRecords(state) {
	rows("records", state.records.map((record) => [record.key, record.kind, record.qos, record.topic,
		record.age === null ? null : `${(record.age / 1000).toFixed(1)} s`]));
	const rest = state.inRedis - state.records.length;
	text("more", state.inRedis === null ? "Redis does not answer." : rest > 0 ? `and ${number.format(rest)} more`
		: state.inRedis === 0 ? "Nothing: all is delivered." : "");
}

// 1, 2 or 5 with noughts: a scale that is easy to read, and does not jump all the time.
function roundUp(value) {
	const power = 10 ** Math.floor(Math.log10(value));
	return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function scale(id, history, lines) {
	const top = roundUp(Math.max(10, ...history.flatMap((point) => lines.map((line) => point[line] ?? 0))));
	[top, top / 2, 0].forEach((value, index) => {
		byId(id).children[index].textContent = number.format(value);
	});
	return top;
}

const across = (history, index) => ((120 - history.length + index) * 600 / 119).toFixed(1);

function draw(id, history, line, top) {
	let pen = "M";
	byId(id).setAttribute("d", history.map((point, index) => {
		if (point[line] === null) {
			pen = "M";
			return "";
		}
		const step = `${pen}${across(history, index)} ${(99 - point[line] * 98 / top).toFixed(1)}`;
		pen = "L";
		return step;
	}).join(""));
}

function showCharts(state) {
	const history = state.history;
	const most = scale("axis-in-redis", history, ["inRedis"]);
	draw("line-in-redis", history, "inRedis", most);
	const bars = history.map((point, index) => `L${across(history, index)} ${(99 - (point.inRedis ?? 0) * 98 / most).toFixed(1)}`);
	byId("area-in-redis").setAttribute("d", `M${across(history, 0)} 100${bars.join("")}L600 100Z`);
	text("chart-in-redis-text", state.inRedis === null ? "Redis does not answer."
		: `Now ${readings(state.inRedis)}; ${number.format(state.waiting)} of them wait for the broker in the queue.`);
	const fastest = scale("axis-rates", history, ["published", "delivered"]);
	draw("line-published", history, "published", fastest);
	draw("line-delivered", history, "delivered", fastest);
	const now = history.at(-1);
	text("chart-rates-text", `Now ${now.published.toFixed(0)} published and ${now.delivered.toFixed(0)} delivered per second, averaged over two seconds.`);
}

let shown = 0;

function showJournal(entries) {
	for (const entry of entries.filter((one) => one.number > shown)) {
		const line = document.createElement("li");
		const time = document.createElement("time");
		time.dateTime = entry.at;
		time.textContent = clock.format(new Date(entry.at));
		line.append(time, ` ${entry.text}`);
		byId("journal").prepend(line);
		shown = entry.number;
	}
}

function showButtons(can, labels) {
	for (const button of buttons) {
		// Not "disabled": that would take the focus away from whoever has just pressed it.
		button.setAttribute("aria-disabled", String(!can[button.dataset.action]));
		const label = labels[button.dataset.action];
		if (label && button.textContent !== label) {
			button.textContent = label;
		}
	}
}

for (const button of buttons) {
	button.addEventListener("click", async () => {
		if (button.getAttribute("aria-disabled") === "true") {
			return;
		}
		const answer = await fetch(`/actions/${button.dataset.action}`, { method: "POST" }).catch(() => null);
		text("link", !answer ? "The launcher does not answer." : answer.ok ? "" : `“${button.textContent}” cannot be done now.`);
	});
}

const events = new EventSource("/events");
events.onopen = () => text("link", "");
events.onerror = () => text("link", "The launcher does not answer.");
events.onmessage = (event) => {
	const state = JSON.parse(event.data);
	showNumbers(state);
	showStory(state.story);
	showHealth(state);
	showRecords(state);
	showCharts(state);
	showJournal(state.journal);
	showButtons(state.can, state.labels);
};
