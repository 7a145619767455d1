"use strict";

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const buttons = [...document.querySelectorAll("button[data-action]")];

// What did not change is left alone, so that a screen reader is not disturbed.
function text(id, value, tone) {
	const element = byId(id);
	if (element.textContent !== value) {
		element.textContent = value;
	}
	element.className = tone ?? "";
}

function rows(id, lines) {
	byId(id).replaceChildren(...lines.map((cells) => {
		const row = document.createElement("tr");
		row.append(...cells.map((cell, index) => {
			const element = document.createElement(index === 0 ? "th" : "td");
			if (index === 0) {
				element.scope = "row";
			}
			element.textContent = cell ?? "–";
			return element;
		}));
		return row;
	}));
}

function showNumbers(state) {
	const counts = state.counts;
	text("published", number.format(counts.published));
	text("in-flight", state.inFlight === null ? "?" : number.format(state.inFlight));
	text("delivered", number.format(counts.delivered));
	text("lost", number.format(counts.lost), counts.lost ? "bad" : "good");
	text("duplicates", number.format(counts.duplicates), counts.duplicates ? "bad" : "good");
	text("repeats", number.format(counts.repeats));
	text("unknown", number.format(counts.unknown));
}

function link(one) {
	return one && `${one.state} since ${clock.format(new Date(one.since))}${one.reason ? `: ${one.reason}` : ""}`;
}

function showHealth(state) {
	text("redis", state.redis ? "up" : "down", state.redis ? "good" : "bad");
	text("broker", state.broker === null ? "not the launcher's" : state.broker ? "up" : "down", state.broker === false ? "bad" : "good");
	rows("gateways", state.gateways.map((gateway) =>
		[gateway.name, gateway.pid, gateway.port, gateway.state, gateway.health, link(gateway.link)]));
	const done = state.handover;
	if (done) {
		text("handover", `Last handover: ${done.from} to ${done.to}, owner after ${done.ownedAfter.toFixed(1)} s, `
			+ `ready after ${done.readyAfter.toFixed(1)} s.`);
	}
}

function showRecords(state) {
	rows("records", state.records.map((record) => [record.key, record.packetId, record.kind, record.qos, record.topic,
		record.age === null ? null : `${(record.age / 1000).toFixed(1)} s`]));
	text("more", state.inFlight === null ? "Redis does not answer."
		: state.inFlight > state.records.length ? `and ${number.format(state.inFlight - state.records.length)} more`
			: state.inFlight === 0 ? "Nothing: all is delivered. Turn the broker off and publish to see records." : "");
}

function showChart(history) {
	const lines = { published: "published", "in-flight": "inFlight", delivered: "delivered" };
	const top = Math.max(5, ...history.flatMap((point) => Object.values(lines).map((line) => point[line] ?? 0)));
	for (const [id, line] of Object.entries(lines)) {
		let pen = "M";
		const path = history.map((point, index) => {
			if (point[line] === null) {
				pen = "M";
				return "";
			}
			const step = `${pen}${((120 - history.length + index) * 600 / 119).toFixed(1)} ${(176 - point[line] * 172 / top).toFixed(1)}`;
			pen = "L";
			return step;
		});
		byId(`line-${id}`).setAttribute("d", path.join(""));
	}
	const now = history.at(-1);
	text("chart-text", `Now ${now.published.toFixed(0)} published and ${now.delivered.toFixed(0)} delivered per second, `
		+ `${now.inFlight ?? "an unknown number"} in flight. The scale ends at ${number.format(Math.ceil(top))}.`);
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

function showButtons(can) {
	for (const button of buttons) {
		// Not "disabled": that would take the focus away from whoever has just pressed it.
		button.setAttribute("aria-disabled", String(!can[button.dataset.action]));
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
	showHealth(state);
	showRecords(state);
	showChart(state.history);
	showJournal(state.journal);
	showButtons(state.can);
};
