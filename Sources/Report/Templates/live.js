"use strict";
// Keeps the texts of a job's page up to date, as its stream of events tells them; and the bar.
(() => {
  const places = new Map([...document.querySelectorAll("[data-live]")].map((e) => [e.dataset.live, e]));
  const say = (name, text) => {
    const place = places.get(name);
    if (place.textContent !== text) place.textContent = text;
  };
  const grouped = (count) => count.toLocaleString("en-US");
  const figure = (value) => value.toLocaleString("en-US", {
    maximumFractionDigits: Number.isInteger(value) || value >= 100 ? 0 : value >= 2 ? 1 : 2,
  });
  const duration = (all) => {
    const [days, hours, minutes] = [Math.floor(all / 86400), Math.floor(all / 3600) % 24, Math.floor(all / 60) % 60];
    if (days) return `${days} d ${hours} h`;
    if (hours) return `${hours} h ${minutes} min`;
    return minutes ? `${minutes} min ${all % 60} s` : `${all} s`;
  };
  const known = (value, words) => (value === undefined ? "–" : words(value));

  const stateWords = (job) => {
    const run = job.run ?? {};
    switch (job.state) {
      case "paused":
        return run.pausedBy !== undefined ? `paused by ${run.pausedBy}` : `waiting until ${run.waitsUntil}`;
      case "held": return "held by a process that has not begun to send";
      case "stopped":
        return `stopped, ${grouped(job.totals.pending)} ${job.totals.pending === 1 ? "row" : "rows"} to go`;
      default: return job.state;
    }
  };

  const showTotals = ({ totals, rows }) => {
    let start = 0;
    const parts = [];
    for (const bar of document.querySelectorAll("[data-bar]")) {
      const name = bar.dataset.bar;
      const share = (totals[name] / Math.max(rows, 1)) * 1000;
      bar.setAttribute("x", start);
      bar.setAttribute("width", totals[name] ? Math.max(share, 2) : 0);
      start += share;
      say(name, grouped(totals[name]));
      if (totals[name]) parts.push(`${name} ${grouped(totals[name])}`);
    }
    say("bar", parts.join(", "));
    say("sum", grouped(Object.values(totals).reduce((a, b) => a + b, 0)));
  };

  const showRun = (run) => {
    places.get("working").hidden = run === undefined;
    if (run === undefined) return;
    say("rate", known(run.rowsPerSecond, figure));
    say("aim", known(run.rateAimedAt, (rate) => `${figure(rate)} calls/s`));
    say("throttled", known(run.throttled, (count) => `${grouped(count)} of ${grouped(run.calls)}`));
    say("flight", known(run.inFlight, grouped));
    say("left", run.pausedBy === undefined ? known(run.secondsLeft, duration) : "–");
  };

  // A screen reader hears the headline when the state changes, and three times a minute else.
  let heard = { state: undefined, at: 0 };
  const hear = (job) => {
    if (heard.state === job.state && Date.now() - heard.at < 20000) return;
    if (heard.state !== undefined) say("heard", job.headline);
    heard = { state: job.state, at: Date.now() };
  };

  const tone = ({ totals }) => {
    if (totals.failed + totals.rejected + totals.uncertain > 0) return "amiss";
    return totals.pending > 0 ? "open" : "good";
  };

  // A browser holds six connections to a server at the most: a page that nobody sees holds none.
  let events;
  const connect = () => {
    events?.close();
    if (document.hidden) return;
    events = new EventSource(`/jobs/${document.body.dataset.job}/events`);
    events.addEventListener("message", ({ data }) => {
      const job = JSON.parse(data);
      say("trouble", "");
      say("headline", job.headline);
      document.querySelector("header").className = tone(job);
      say("state", stateWords(job));
      showTotals(job);
      showRun(job.run);
      hear(job);
    });
    events.addEventListener("trouble", ({ data }) => say("trouble", JSON.parse(data).sentence));
    events.addEventListener("error", ({ target }) => {
      say("trouble", "The figures stand still: baton serve does not answer. Trying again.");
      // After an answer that is not 200 the browser itself does not.
      if (target.readyState === EventSource.CLOSED) setTimeout(() => target === events && connect(), 5000);
    });
  };
  document.addEventListener("visibilitychange", connect);
  connect();
})();
