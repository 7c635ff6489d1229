#!/usr/bin/env python3
"""make.py COMETBFT OUT - run a real CometBFT network and record what a light client is given.

COMETBFT is the program of v0.39.4, built with
    go install github.com/cometbft/cometbft/cmd/cometbft@v0.39.4
Six nodes on 127.0.0.1 with the built-in kvstore application. Four of them are validators with
secp256k1 keys; one of those is stopped for a while (absent signatures) and comes back, then two others
join and three of the first leave, so that the last set shares less than a third with the first.
OUT gets one line for each height: the results of /commit, /validators, the transactions of /block and
the results of /block_results, as the node gave them. chain.jsonl here was recorded so; every run makes
another chain, since times and keys differ.
"""
import base64, hashlib, json, os, secrets, shutil, signal, subprocess, sys, tempfile, time
import urllib.request

COMETBFT, OUT = sys.argv[1], sys.argv[2]
NODES, FIRST, PORT = 6, 4, 36650
CHAIN = "vectors-1"
P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def public_key(secret):
    point, addend = None, G
    while secret:
        if secret & 1:
            point = add(point, addend)
        addend = add(addend, addend)
        secret >>= 1
    return bytes([2 + (point[1] & 1)]) + point[0].to_bytes(32, "big")


def b64(data):
    return base64.b64encode(data).decode()


def ask(node, what):
    url = f"http://127.0.0.1:{PORT + 2 * node}/{what}"
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)["result"]


def height(node=0):
    return int(ask(node, "status")["sync_info"]["latest_block_height"])


def wait_height(wanted, node=0):
    for _ in range(600):
        try:
            if height(node) >= wanted:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"height {wanted} does not come")


def send(node, text):
    code = ask(node, 'broadcast_tx_sync?tx="%s"' % text.replace("+", "%2B"))["code"]
    assert code == 0, text


def run():
    root = tempfile.mkdtemp(prefix="zennet-cometbft-")
    running = {}
    try:
        record(root, running)
    finally:
        for process in running.values():
            process.send_signal(signal.SIGKILL)
            process.wait()
        shutil.rmtree(root)


def homes_make(root):
    keys, ids = [], []
    for node in range(NODES):
        home = f"{root}/{node}"
        subprocess.run([COMETBFT, "init", "--home", home], check=True, capture_output=True)
        secret = secrets.randbelow(N - 1) + 1
        public = public_key(secret)
        address = hashlib.new("ripemd160", hashlib.sha256(public).digest()).hexdigest().upper()
        keys.append((public, address))
        with open(f"{home}/config/priv_validator_key.json", "w") as file:
            json.dump({"address": address,
                       "pub_key": {"type": "tendermint/PubKeySecp256k1", "value": b64(public)},
                       "priv_key": {"type": "tendermint/PrivKeySecp256k1",
                                    "value": b64(secret.to_bytes(32, "big"))}}, file)
        ids.append(subprocess.run([COMETBFT, "show-node-id", "--home", home], check=True,
                                  capture_output=True, text=True).stdout.strip())
    with open(f"{root}/0/config/genesis.json") as file:
        genesis = json.load(file)
    genesis["chain_id"] = CHAIN
    genesis["consensus_params"]["validator"]["pub_key_types"] = ["secp256k1"]
    genesis["validators"] = [
        {"address": address, "pub_key": {"type": "tendermint/PubKeySecp256k1", "value": b64(public)},
         "power": str(40 - 10 * node), "name": ""}
        for node, (public, address) in enumerate(keys[:FIRST])]
    for node in range(NODES):
        with open(f"{root}/{node}/config/genesis.json", "w") as file:
            json.dump(genesis, file)
    return keys, ids


def record(root, running):
    keys, ids = homes_make(root)
    peers = ",".join(f"{ids[n]}@127.0.0.1:{PORT + 2 * n + 1}" for n in range(NODES))

    def start(node):
        env = dict(os.environ, CMT_CONSENSUS_TIMEOUT_COMMIT="200ms",
                   CMT_CONSENSUS_TIMEOUT_PROPOSE="600ms", CMT_CONSENSUS_TIMEOUT_PRECOMMIT="300ms",
                   CMT_P2P_ADDR_BOOK_STRICT="false", CMT_P2P_ALLOW_DUPLICATE_IP="true",
                   CMT_P2P_PEX="false", CMT_LOG_LEVEL="error")
        running[node] = subprocess.Popen(
            [COMETBFT, "start", "--home", f"{root}/{node}", "--proxy_app", "kvstore",
             "--rpc.laddr", f"tcp://127.0.0.1:{PORT + 2 * node}",
             "--p2p.laddr", f"tcp://127.0.0.1:{PORT + 2 * node + 1}", "--p2p.persistent_peers", peers],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def validator(node, power):
        send(0, f"val=secp256k1!{b64(keys[node][0])}!{power}")

    for node in range(NODES):
        start(node)
    wait_height(2)
    send(0, "one=1")
    send(0, "two=2")
    wait_height(height() + 2)
    running[3].send_signal(signal.SIGKILL)  # power 10: the others have 90 of 100
    running[3].wait()
    wait_height(height() + 3)
    start(3)
    wait_height(height() + 3, 3)
    validator(4, 60)
    validator(5, 50)
    wait_height(height() + 4)
    for node in (0, 1, 2):
        validator(node, 0)
    wait_height(height() + 6)
    last = height() - 1
    with open(OUT, "w") as out:
        for at in range(1, last + 1):
            block = ask(0, f"block?height={at}")["block"]
            line = {"commit": ask(0, f"commit?height={at}"),
                    "validators": ask(0, f"validators?height={at}&per_page=100"),
                    "txs": block["data"]["txs"],
                    "results": ask(0, f"block_results?height={at}")["txs_results"]}
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
    print(f"{last} heights in {OUT}")


run()
