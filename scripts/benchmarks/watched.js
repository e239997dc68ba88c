// What scripts/benchmarks/watched.py puts into a page: it notes inputs, and frames in which what is watched has changed.
(() => {
    const [frame, now] = [requestAnimationFrame.bind(window), performance.now.bind(performance)];
    const inputs = {}, firsts = {}, after = [], { port1, port2 } = new MessageChannel();
    let isInFrame = false, watched = {};
    port1.onmessage = () => { isInFrame = false; after.splice(0).forEach((done) => done(now())); };
    window.requestAnimationFrame = (callback) => frame((at) => {
        if (!isInFrame) { isInFrame = true; port2.postMessage(0); }
        return callback(at);
    });
    // Calls when the frame is painted: this one, if we are in one, else the next.
    const painted = (done) => {
        if (isInFrame) after.push(done);
        else requestAnimationFrame(() => after.push(done));
    };
    const changed = (one) => {
        if (one.pending) return;
        one.pending = true;
        painted((at) => { one.pending = false; one.frames.push(at); });
    };
    const holds = (element, node) => {
        for (; node; node = node.parentNode ?? node.host) if (node === element) return true;
        return false;
    };
    const first = (what) => {
        if (firsts[what] !== undefined) return;
        firsts[what] = Infinity;
        painted((at) => { firsts[what] = at; });
    };
    const drawn = (canvas, name, given) => {
        if (name === "drawImage" && canvas.isConnected) first(canvas.className);
        if (name.startsWith("draw") && given.some((value) => value >= 5000)) first("points");
        for (const one of Object.values(watched)) {
            const isHeld = one.elements.some((element) => holds(element, canvas));
            if (isHeld) changed(one);
        }
    };
    const hook = (type, names) => names.forEach((name) => {
        const own = type?.prototype?.[name];
        if (!own) return;
        type.prototype[name] = function (...given) {
            drawn(this.canvas, name, given);
            return own.apply(this, given);
        };
    });
    hook(CanvasRenderingContext2D, ["drawImage", "putImageData", "clearRect", "fillRect"]);
    for (const type of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
        hook(type, ["clear", "drawArrays", "drawElements"]);
        hook(type, ["drawArraysInstanced", "drawElementsInstanced"]);
    }
    for (const type of ["pointerdown", "pointermove", "pointerup", "wheel", "keydown", "click"]) {
        const note = (event) => { if (event.isTrusted) inputs[type] = event.timeStamp; };
        addEventListener(type, note, { capture: true, passive: true });
    }
    const watch = ([selector, what]) => {
        const elements = [...document.querySelectorAll(selector)];
        if (!elements.length) throw new Error(`there is no ${selector}`);
        const one = { elements, frames: [], pending: false };
        const all = { subtree: true, childList: true, attributes: true, characterData: true };
        const asked = { elements: all, children: { childList: true } }[what];
        one.observer = new MutationObserver(() => changed(one));
        if (asked) elements.forEach((element) => one.observer.observe(element, asked));
        return one;
    };
    window.bench = {
        firsts,
        watch(selectors) {
            for (const { observer } of Object.values(watched)) observer.disconnect();
            watched = Object.fromEntries(Object.entries(selectors).map(([name, one]) => [name, watch(one)]));
        },
        begin() {
            for (const one of Object.values(watched)) one.frames = [];
            for (const type of Object.keys(inputs)) delete inputs[type];
        },
        // When a frame is painted of which a condition is true.
        until: (condition) => new Promise((resolve) => {
            const look = () => (condition() ? painted(resolve) : requestAnimationFrame(look));
            look();
        }),
        async answer([type, quiet, patience]) {
            const [begin, all] = [now(), Object.values(watched)];
            for (;;) {
                await new Promise((done) => setTimeout(done, 20));
                const last = Math.max(...all.map(({ frames }) => frames.at(-1) ?? Infinity));
                const isQuiet = now() - last > quiet && !all.some(({ pending }) => pending);
                if (isQuiet || now() - begin > patience) break;
            }
            return Object.fromEntries(Object.entries(watched).map(([name, { frames }]) => {
                const later = frames.filter((at) => at > inputs[type]);
                return [name, later.length ? [later[0], later.at(-1)].map((at) => at - inputs[type]) : null];
            }));
        },
        frames() {
            const times = [];
            let isOn = true;
            const step = (at) => { times.push(at); if (isOn) frame(step); };
            frame(step);
            return () => { isOn = false; return times.slice(1).map((at, i) => at - times[i]); };
        },
    };
})();
