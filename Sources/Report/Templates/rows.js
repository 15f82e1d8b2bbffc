'use strict';
// Puts the rows that stand in the data block into the table: filtered, sorted, a page at a time.
// Nothing of theirs becomes markup: each text is set as a text.
{
  const data = JSON.parse(document.getElementById('row-data').textContent);
  const {rows, destinations, notes} = data;
  // A row is four values of the list, so that 100,000 of them are one array and not as many.
  const [LINE, CONTACT, DESTINATION, NOTE, WIDTH] = [0, 1, 2, 3, 4];
  const [OUTCOME, CODE, MESSAGE] = [0, 1, 2];
  const count = rows.length / WIDTH;

  const table = document.querySelector('table.rows');
  const body = table.tBodies[0];
  const pattern = body.rows[0].cloneNode(true);
  const search = document.querySelector('[name=words]');
  const cause = document.querySelector('[name=cause]');
  const pageSize = document.querySelector('[name=page-size]');
  const found = document.getElementById('rows-found');
  const pages = document.querySelector('.pages');
  const printedMax = 2000;

  const lower = text => text.toLowerCase();
  const contacts = Array.from({length: count}, (_, row) => lower(rows[row * WIDTH + CONTACT]));
  const destinationTexts = destinations.map(parts => lower(parts.join(' ')));
  // Where U+0001 stands in a message, the row's contact does.
  const noteTexts = notes.map(parts => lower(parts.join(' ')));

  let sorted = Uint32Array.from({length: count}, (_, row) => row);
  let shown = sorted;
  let page = 0;

  function pagesOfShown() {
    return Math.max(1, Math.ceil(shown.length / Number(pageSize.value)));
  }

  // Filter

  function filter() {
    const words = lower(search.value).split(/\s+/).filter(word => word);
    const inDestination = words.map(word => destinationTexts.map(text => text.includes(word)));
    const inNote = words.map(word => noteTexts.map(text => text.includes(word)));
    const [outcome, code] = cause.value ? JSON.parse(cause.value) : [];
    const isOfCause = notes.map(note =>
      !cause.value || note[OUTCOME] === outcome && (code === undefined || note[CODE] === code));
    shown = sorted.filter(row => {
      const at = row * WIDTH;
      return isOfCause[rows[at + NOTE]] && words.every((word, index) =>
        contacts[row].includes(word) || inDestination[index][rows[at + DESTINATION]]
        || inNote[index][rows[at + NOTE]] || String(rows[at + LINE]) === word);
    });
    page = 0;
    show();
  }

  // Sort

  function ranks(texts) {
    const order = texts.map((_, index) => index).sort((a, b) => compare(texts[a], texts[b]));
    const ranks = new Uint32Array(texts.length);
    order.forEach((index, rank) => {
      const isEqual = rank > 0 && texts[order[rank - 1]] === texts[index];
      ranks[index] = isEqual ? ranks[order[rank - 1]] : rank;
    });
    return ranks;
  }

  function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0; }

  function keysOfColumn(column) {
    switch (column) {
      case 0: return row => rows[row * WIDTH + LINE];
      case 2: return row => contacts[row];
      case 3: return of(ranks(destinationTexts), DESTINATION);
      default: {
        const texts = notes.map(note =>
          column === 1 ? note[OUTCOME] : lower(note[CODE] + ' ' + note[MESSAGE]));
        return of(ranks(texts), NOTE);
      }
    }
  }

  function of(ranks, part) { return row => ranks[rows[row * WIDTH + part]]; }

  function sort(column, isDescending) {
    const key = keysOfColumn(column);
    const keys = Array.from({length: count}, (_, row) => key(row));
    const sign = isDescending ? -1 : 1;
    // Rows that are alike stay in the order of the input.
    sorted.sort((a, b) => sign * compare(keys[a], keys[b]) || a - b);
    filter();
  }

  function makeSortable(head, column) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    if (column === 0) head.setAttribute('aria-sort', 'ascending');
    button.addEventListener('click', () => {
      const isDescending = head.getAttribute('aria-sort') === 'ascending';
      for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
      sort(column, isDescending);
    });
  }

  // Show

  function cells(row) {
    const at = row * WIDTH;
    const [outcome, code, message] = notes[rows[at + NOTE]];
    const [kind, name, id] = destinations[rows[at + DESTINATION]];
    const line = pattern.cloneNode(true);
    line.querySelector('.number').textContent = rows[at + LINE].toLocaleString('en');
    line.querySelector('.key').className = 'key ' + outcome;
    line.querySelector('.outcome :last-child').textContent = outcome;
    line.querySelector('th bdi').textContent = rows[at + CONTACT];
    const [kindPart, namePart, idPart] = line.querySelector('.destination').children;
    kindPart.textContent = kind;
    namePart.textContent = name;
    idPart.textContent = id;
    const [codePart, messagePart] = line.querySelector('.message').children;
    codePart.textContent = code;
    messagePart.textContent = message.replaceAll('\u0001', () => rows[at + CONTACT]);
    return line;
  }

  function put(from, to) {
    body.replaceChildren(...Array.from(shown.subarray(from, to), cells));
  }

  function show() {
    const size = Number(pageSize.value);
    put(page * size, (page + 1) * size);
    const all = count.toLocaleString('en');
    const words = shown.length === count ? all : shown.length.toLocaleString('en') + ' of ' + all;
    found.textContent = words + (count === 1 ? ' row' : ' rows');
    pages.hidden = pagesOfShown() === 1;
    pages.querySelector('.page').textContent =
      `Page ${(page + 1).toLocaleString('en')} of ${pagesOfShown().toLocaleString('en')}`;
    for (const button of pages.querySelectorAll('button')) {
      const isBack = ['first', 'previous'].includes(button.dataset.page);
      // Not disabled: a button that has the focus would lose it.
      button.setAttribute('aria-disabled', isBack ? page === 0 : page === pagesOfShown() - 1);
    }
  }

  function turn(to) {
    const last = pagesOfShown() - 1;
    const next = {first: 0, previous: page - 1, next: page + 1, last}[to];
    if (next === page || !(next >= 0 && next <= last)) return;
    page = next;
    show();
  }

  // Controls

  function fillCauses() {
    const counts = new Map();
    for (let row = 0; row < count; row++) {
      const [outcome, code] = notes[rows[row * WIDTH + NOTE]];
      for (const key of [[outcome], [outcome, code]]) {
        const text = JSON.stringify(key);
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
    }
    const options = Array.from(counts, ([key, rows]) => {
      const [outcome, code] = JSON.parse(key);
      const words = code === undefined ? `all ${outcome}` : `${outcome}: ${code}`;
      return {key, order: [outcome, code].join(' '), text: `${words} (${rows.toLocaleString('en')})`};
    });
    options.sort((a, b) => compare(a.order, b.order));
    for (const {text, key} of options) cause.add(new Option(text, key));
  }

  function showCause(event) {
    const {outcome, code} = event.currentTarget.dataset;
    const key = JSON.stringify([outcome, code]);
    cause.value = key;
    // None of them may be among the rows that the page has room for.
    search.value = cause.value === key ? '' : code;
    filter();
  }

  fillCauses();
  [...table.tHead.rows[0].cells].forEach(makeSortable);
  search.addEventListener('input', filter);
  cause.addEventListener('change', filter);
  pageSize.addEventListener('change', () => { page = 0; show(); });
  pages.addEventListener('click', event => turn(event.target.dataset.page));
  for (const link of document.querySelectorAll('a.show')) link.addEventListener('click', showCause);
  window.addEventListener('beforeprint', () => put(0, printedMax));
  window.addEventListener('afterprint', show);
  document.querySelector('.controls').hidden = false;
  show();
}
