"""The ledger's verdicts and the features of presence once more, in plain pandas as an analyst would write them.

Only for the benchmark: it says how much the SQL saves, and that both agree.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from khaka.data.presence_settings import PresenceSettings

DAY = 86_400_000_000
IST = 19_800_000_000
WEEK = 7 * DAY


def km(lat1: pd.Series, lon1: pd.Series, lat2: pd.Series, lon2: pd.Series) -> pd.Series:
    return 111.195 * np.sqrt((lat1 - lat2) ** 2 + ((lon1 - lon2) * np.cos(np.radians(lat2))) ** 2)


def verdicts(
    activity: pd.DataFrame, aspirants: pd.DataFrame, booths: pd.DataFrame, s: PresenceSettings
) -> pd.DataFrame:
    """Return the events with their verdict; the tables hold one election's own rows."""
    who = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id")
    person = who["person_id"].fillna(pd.Series(who.index, index=who.index))
    e = activity.sort_values(["received_at", "event_id"]).reset_index(drop=True)
    e["event"] = np.arange(len(e))
    e["own_seat"] = e["aspirant_id"].map(who["seat_id"])
    e["person"] = e["aspirant_id"].map(person)
    e["unknown"] = e["own_seat"].isna()
    e["other_seat"] = (e["seat_id"] != e["own_seat"]) & e["seat_id"].notna() & ~e["unknown"]
    e["seat"] = e["own_seat"].fillna(e["seat_id"])
    e["booth"] = e["booth_no"].fillna("")
    e["post"] = e["kind"] == "social_post"
    e["started"] = e["started_at"].dt.tz_convert(None).astype("datetime64[us]").astype("int64").where(
        e["started_at"].notna())  # fmt: skip
    e["received"] = e["received_at"].dt.tz_convert(None).astype("datetime64[us]").astype("int64")
    e["met"] = e["attendance"].fillna(0).astype("int64")
    bare = e["lat"].isna() & e["photo_hash"].isna()
    e["sender"] = e["aspirant_id"].where(bare)
    content = ["seat", "booth", "kind", "started_at", "lat", "lon", "attendance", "photo_hash", "sender"]
    e["copy_of"] = e.duplicated(content, keep="first")
    has_photo = e["photo_hash"].notna()
    e["photo_again"] = has_photo & e.duplicated("photo_hash", keep="first")
    e["hand"] = e.groupby(["aspirant_id", "device_id"], dropna=False).ngroup().where(~e["unknown"])

    def off_grid(values: pd.Series, parts: float) -> pd.Series:
        return (values * parts - (values * parts).round()).abs()

    fine = off_grid(e["lat"], 1e5) + off_grid(e["lon"], 1e5) > 0.005
    half = (off_grid(e["lat"], 1e4) + off_grid(e["lon"], 1e4) > 0.005) & e["accuracy_m"].notna()
    fix = e.assign(acc=e["accuracy_m"].where(~fine, -1.0))[fine | half]
    first_fix = fix.groupby(["lat", "lon", "acc"], dropna=False)["event"].transform("min")
    h0, t0 = e["hand"].reindex(first_fix), e["started"].reindex(first_fix)
    lent = (fix["hand"].to_numpy() == h0.to_numpy()) & (
        np.abs(fix["started"].to_numpy() - t0.to_numpy()) <= s.fix_hours * 3_600_000_000
    )
    unknown_time = np.isnan(fix["started"].to_numpy(dtype="float64")) | np.isnan(t0.to_numpy(dtype="float64"))
    unknown_time &= (fix["hand"].to_numpy() == h0.to_numpy()) | fix["hand"].isna().to_numpy() | h0.isna().to_numpy()
    e["fix_again"] = False
    e.loc[fix.index, "fix_again"] = (fix["event"] > first_fix).to_numpy()
    e["borrowed"] = False
    e.loc[fix.index, "borrowed"] = (fix["event"] > first_fix).to_numpy() & ~lent & ~unknown_time
    e["lender"] = False
    e.loc[fix.index, "lender"] = (fix["event"] == first_fix).to_numpy() & fix.duplicated(
        ["lat", "lon", "acc"], keep=False
    )
    e["same_fix"] = False
    e.loc[fix.index, "same_fix"] = (
        (fix["event"] > first_fix).to_numpy() & ~lent & ~unknown_time & ~fix["post"].to_numpy()
    )
    phones = (
        e[e["device_id"].notna() & ~e["unknown"] & ~e["copy_of"]]
        .groupby(["device_id", "person"])
        .size()
        .rename("n")
        .reset_index()
    )
    phone = phones.groupby("device_id").agg(people=("n", "size"), total=("n", "sum"), most=("n", "max"))
    owner = phones.sort_values("n").drop_duplicates("device_id", keep="last").set_index("device_id")["person"]
    phone = phone[phone["people"] >= s.device_people]
    on = e["device_id"].map(phone["people"]).notna()
    mine = (e["person"] == e["device_id"].map(owner)) & (
        e["device_id"].map(phone["most"]) >= s.device_owner_share * e["device_id"].map(phone["total"])
    )
    e["shared"] = on & ~e["post"] & ~mine

    # where
    b = booths.drop_duplicates(["seat_id", "booth_no"]).rename(columns={"seat_id": "seat", "booth_no": "booth"})
    b = b[["seat", "booth", "lat", "lon", "weak"]].rename(columns={"lat": "list_lat", "lon": "list_lon"})
    e = e.merge(b.assign(listed=True), on=["seat", "booth"], how="left")
    box = b.groupby("seat").agg(south=("list_lat", "min"), north=("list_lat", "max"), west=("list_lon", "min"),
                                east=("list_lon", "max"))  # fmt: skip
    e = e.join(box, on="seat")
    spots_of = b[b["list_lat"].notna() & b["list_lon"].notna()]
    places = (np.floor(spots_of["list_lat"] * 2000) * 1e6 + np.floor(spots_of["list_lon"] * 2000)).groupby(
        spots_of["seat"]).nunique()  # fmt: skip
    area = (box["north"] - box["south"]) * (box["east"] - box["west"]) * np.cos(np.radians(box["south"] - 0.02))
    spacing = s.near_spacing * 111.195 * np.sqrt(area / places.reindex(box.index))
    near_of = spacing.clip(lower=s.near_least_km).clip(upper=s.near_km)
    near_of = near_of.where(places.reindex(box.index).fillna(0) >= 10, s.near_km)
    e["near_limit"] = e["seat"].map(near_of).fillna(s.near_km)
    blank = b["list_lat"].isna() | b["list_lon"].isna()
    at = e.merge(b.loc[blank, ["seat", "booth"]], on=["seat", "booth"])
    at = at[
        at["lat"].notna()
        & at["lon"].notna()
        & ~at["unknown"]
        & ~at["post"]
        & ~at["copy_of"]
        & ~at["mock_location"].fillna(False)
    ]
    told = e[
        e["list_lat"].notna() & e["list_lon"].notna() & e["lat"].notna() & ~e["post"] & ~e["unknown"] & ~e["copy_of"]
    ]
    away = np.sqrt((told["lat"] - told["list_lat"]) ** 2
                   + ((told["lon"] - told["list_lon"]) * np.cos(np.radians(told["list_lat"]))) ** 2)  # fmt: skip
    off_list = (away > told["near_limit"] / 111.195).groupby(told["aspirant_id"]).agg(["sum", "size"])
    wanderers = off_list[off_list["sum"] >= (s.astray_share * off_list["size"]).clip(lower=5)].index
    at = at[~at["aspirant_id"].isin(wanderers)]
    voices = at.groupby(["seat", "booth", "aspirant_id"])[["lat", "lon"]].median().reset_index()
    learned = voices.groupby(["seat", "booth"]).agg(g_lat=("lat", "median"), g_lon=("lon", "median"), n=("lat", "size"),
                                                   high=("lat", np.ptp), wide=("lon", np.ptp))  # fmt: skip
    learned = learned[
        (learned["n"] >= 3) | ((learned["n"] == 2) & (learned["high"] < 0.007) & (learned["wide"] < 0.007))
    ]
    learned = learned[["g_lat", "g_lon"]]
    e = e.merge(learned.reset_index(), on=["seat", "booth"], how="left")
    listed = e["list_lat"].notna() & e["list_lon"].notna()
    right = _mended(e)
    e = e.merge(right, on=["seat", "booth"], how="left")
    for end in ("lat", "lon"):
        e[f"b_{end}"] = e[f"m_{end}"].fillna(e[f"list_{end}"].where(listed, e[f"g_{end}"]))
    e["km"] = km(e["lat"], e["lon"], e["b_lat"], e["b_lon"])
    placed = e["lat"].notna() & e["lon"].notna()
    zero = placed & ((e["lat"].abs() < 0.01) | (e["lon"].abs() < 0.01))
    inside = e["lat"].between(e["south"] - 0.02, e["north"] + 0.02) & e["lon"].between(
        e["west"] - 0.02, e["east"] + 0.02
    )
    turned = e["lon"].between(e["south"] - 0.02, e["north"] + 0.02) & e["lat"].between(
        e["west"] - 0.02, e["east"] + 0.02
    )
    swapped = placed & ~inside & turned
    elsewhere = e["other_seat"] | ((e["booth"] != "") & e["south"].notna() & e["listed"].isna())
    slack = e["near_limit"] + e["accuracy_m"].fillna(0).clip(upper=1000) / 1000
    astray = placed & ~zero & ~swapped & ((e["km"] > e["near_limit"]) | (e["km"].isna() & (e["booth"] != "")))
    where = b.merge(learned.reset_index(), on=["seat", "booth"], how="left")
    own = where["list_lat"].notna() & where["list_lon"].notna()
    where = where.merge(right, on=["seat", "booth"], how="left")
    where["b_lat"] = where["m_lat"].fillna(where["list_lat"].where(own, where["g_lat"]))
    where["b_lon"] = where["m_lon"].fillna(where["list_lon"].where(own, where["g_lon"]))
    where = where[where["b_lat"].notna()][["seat", "b_lat", "b_lon"]]
    near = pd.Series(np.nan, index=e.index)
    for seat, rows in e[astray].groupby("seat"):
        spots = where[where["seat"] == seat]
        if len(spots):
            d = km(rows["lat"].to_numpy()[:, None], rows["lon"].to_numpy()[:, None],
                   spots["b_lat"].to_numpy()[None, :], spots["b_lon"].to_numpy()[None, :])  # fmt: skip
            near[rows.index] = d.min(axis=1)
    by_booth = near <= s.far_km
    off = np.where(e["km"].notna(), e["km"] > slack, np.where(e["south"].notna(), ~inside, False))
    far = ~e["post"] & placed & ~zero & ~swapped & ~by_booth & off
    other_booth = ~e["post"] & by_booth & (e["km"] > slack)
    # copies that were moved
    work = e[e["lat"].notna() & ~e["post"] & ~e["unknown"] & ~e["copy_of"]].assign(acc=e["accuracy_m"].fillna(-1))
    every, work = work, work[~work["fix_again"]]
    logs = work.groupby("aspirant_id").size()
    often = {
        "m": work.groupby(["aspirant_id", "met"]).size(), "y": work.groupby(["aspirant_id", "acc"]).size(),
        "t": work.groupby(["aspirant_id", "booth"]).size(),
    }  # fmt: skip
    group = ["aspirant_id", "booth", "kind", "met", "acc"]
    t = every[every["met"].gt(0) & every["lon"].notna()]
    t = t[t.duplicated(group, keep=False)].sort_values([*group, "lat", "lon", "event"])
    others = ((~t["fix_again"]).astype(int).groupby([t[name] for name in group]).transform("sum") - 1).clip(lower=0)
    n = t["aspirant_id"].map(logs).fillna(1)
    m = pd.Series(often["m"].reindex(pd.MultiIndex.from_frame(t[["aspirant_id", "met"]])).fillna(1).to_numpy(), t.index)
    y_n = pd.Series(
        often["y"].reindex(pd.MultiIndex.from_frame(t[["aspirant_id", "acc"]])).fillna(1).to_numpy(), t.index
    )
    there = pd.Series(
        often["t"].reindex(pd.MultiIndex.from_frame(t[["aspirant_id", "booth"]])).fillna(1).to_numpy(), t.index
    )
    chance = (there - 1) * ((m - others) / n).clip(upper=0.3) * (y_n - others) / n
    tail = (
        pd.concat([chance, np.exp(others - chance) * (chance / others) ** others], axis=1).min(axis=1).clip(upper=1.0)
    )
    tail = tail.where(others > chance, 1.0)
    most = (2 * s.copy_m * np.sqrt(s.copy_chance / tail)).clip(upper=50.0)
    most = most.clip(lower=pd.Series(np.where(t["met"] % 5 == 0, 0.0, 1.2), t.index))
    first = t.groupby(group)["event"].transform("min")
    at_first = e.set_index("event").loc[first, ["lat", "lon"]]
    by_first = (t["event"] > first) & ((t["lat"] - at_first["lat"].to_numpy()).abs() <= most / 111195.0) & (
        (t["lon"] - at_first["lon"].to_numpy()).abs() <= most / 100000.0)  # fmt: skip
    step = ~((t.groupby(group)["lat"].diff() <= most / 111195.0)
             & (t.groupby(group)["lon"].diff().abs() <= most / 100000.0))  # fmt: skip
    cluster = step.cumsum()
    moved = pd.Series(False, index=e.index)
    moved[t.index] = (t["event"] > t.groupby(cluster)["event"].transform("min")) | by_first

    grid = off_grid(e["lat"], 1e4) + off_grid(e["lon"], 1e4) > 0.005
    typed_in = off_grid(e["lat"], 100) + off_grid(e["lon"], 100) < 1e-6
    if grid[placed].mean() > 0.5:
        typed_in |= off_grid(e["lat"], 1000) + off_grid(e["lon"], 1000) < 1e-6
    round_place = ~e["post"] & ~zero & typed_in
    away_lat, away_lon = (e["lat"] - e["list_lat"]).abs(), (e["lon"] - e["list_lon"]).abs()
    e["exact"] = (away_lat < 1.5e-6) & (away_lon < 1.5e-6)
    e["close"] = (away_lat < 2.7e-5) & (away_lon < 3e-5)
    e["round"] = (e["started"] % 300_000_000 == 0) & (e["met"] > 0) & (e["met"] % 5 == 0) & (
        e["accuracy_m"].isna() | (e["accuracy_m"] == e["accuracy_m"].round()))  # fmt: skip
    e["dark"] = ((e["started"] + IST) // 3_600_000_000 % 24).isin([23, 0, 1, 2, 3, 4])
    manners = (
        e[~e["post"] & ~e["unknown"] & ~e["copy_of"] & ~moved]
        .groupby("hand")[["exact", "close", "round", "dark"]]
        .agg(["sum", "size"])
    )
    usual = {
        name: (manners[name]["sum"] / manners[name]["size"]).median() for name in ("exact", "close", "round", "dark")
    }

    fits = e[~e["post"] & ~e["unknown"] & e["km"].notna() & ~e["copy_of"] & ~moved].assign(
        off=lambda t: t["km"] > t["near_limit"]
    )
    phones_off = fits.groupby("hand")["off"].agg(["sum", "size"])
    orderly = fits["hand"].map(phones_off["sum"] < s.astray_share * phones_off["size"]).astype(bool) & ~fits["off"]
    usual_km = fits.loc[orderly, "km"].mean() + 4 * fits.loc[orderly, "km"].std(ddof=0)
    usual_km = usual_km if orderly.sum() >= 50 else np.inf
    astray_hands = phones_off[
        (phones_off["sum"] >= 5) & (phones_off["sum"] >= s.astray_share * phones_off["size"])
    ].index
    few = phones_off[phones_off["size"] < 10]
    whose = fits.groupby("hand")["aspirant_id"].first().reindex(few.index)
    pool = few.groupby(whose)[["sum", "size"]].sum()
    pool = pool[(pool["sum"] >= 5) & (pool["sum"] >= s.astray_share * pool["size"])]
    small = e.groupby("hand")["aspirant_id"].first()
    small = small[small.isin(pool.index) & (phones_off["size"].reindex(small.index).fillna(0) < 10)]
    astray_hands = astray_hands.union(small.index)
    unsure = e[e["hand"].isin(astray_hands) & e["km"].isna() & placed & ~e["post"]][
        ["event", "hand", "started", "lat", "lon"]
    ]
    most_km = np.minimum(e["near_limit"], np.minimum(usual_km, e["near_limit"]) if np.isinf(usual_km) else
                         usual_km + e["accuracy_m"].fillna(0).clip(upper=1000) / 1000)  # fmt: skip
    sure = e[
        (e["km"] <= most_km) & ~e["post"] & ~e["copy_of"] & ~moved & ~e["mock_location"].fillna(False).astype(bool)
    ]
    near = unsure.merge(sure[["hand", "started", "lat", "lon"]], on="hand", suffixes=("", "_2"))
    near = near[((near["started"] - near["started_2"]).abs() <= s.chance_hours * 3_600_000_000)
                & (km(near["lat_2"], near["lon_2"], near["lat"], near["lon"]) <= s.chance_km)]  # fmt: skip
    by_chance = e["hand"].isin(astray_hands) & ~e["post"] & np.where(
        e["km"].isna(), (e["booth"] != "") & placed & ~e["event"].isin(near["event"]), (e["km"] <= e["near_limit"])
        & (e["km"] > usual_km + e["accuracy_m"].fillna(0).clip(upper=1000) / 1000))  # fmt: skip

    def too_often(name: str) -> pd.Series:
        seen, size = manners[name]["sum"], manners[name]["size"]
        most = size * usual[name] + 5 * np.sqrt(size * usual[name]) + 3
        return e["hand"].isin(seen[(seen >= 5) & (seen > most)].index) & e[name]

    e["same_fix"] &= usual["exact"] <= 0.5
    from_list = ~e["post"] & ~zero & ((e["exact"] & (usual["exact"] <= 0.5)) | too_often("close"))
    typed = ~e["post"] & too_often("round")
    night = ~e["post"] & e["dark"] & (usual["dark"] <= 0.02)
    y, x = np.floor(e["lat"] * 1000), np.floor(e["lon"] * 1000)
    desk = e["km"] > s.spot_km + e["accuracy_m"].fillna(0).clip(upper=1000) / 1000
    spots = (
        e[desk & ~e["unknown"] & ~e["copy_of"] & ~e["borrowed"]]
        .assign(y=y, x=x)
        .groupby(["aspirant_id", "y", "x"])["booth_no"]
        .nunique()
    )
    keys = pd.MultiIndex.from_arrays([e["aspirant_id"], y, x])
    one_spot = keys.isin(spots[spots >= s.spot_booths].index) & ~(e["lender"] & ~desk & e["km"].notna())

    # when
    e["ahead"] = e["started"] > e["received"] + s.ahead_minutes * 60_000_000
    late = ~e["post"] & (e["received"] > e["started"] + s.late_days * DAY)
    once = e["started"].notna() & ~e["post"] & ~e["copy_of"] & ~moved
    e["lag"] = e["received"] - e["started"]
    e["day"] = (e["started"] + IST) // DAY
    d = (
        e[once]
        .groupby(["hand", "day"])
        .agg(
            n=("event", "size"),
            first=("started", "min"),
            last=("started", "max"),
            low=("lag", "min"),
            high=("lag", "max"),
        )
    )
    odd = d[(d["n"] >= 3) & (d["last"] - d["first"] >= 3_600_000_000) & (d["high"] - d["low"] <= 1_800_000_000)
            & (d["low"] >= 22 * 3_600_000_000) & (d["high"] <= 26 * 3_600_000_000)]  # fmt: skip
    clock = pd.MultiIndex.from_frame(e[["hand", "day"]]).isin(odd.index)
    clock |= (-e["lag"]).between(22 * 3_600_000_000, 26 * 3_600_000_000)
    e["hour"] = e["received"] // 3_600_000_000
    load = e[once].groupby(["hand", "hour"])["started"].agg(["size", "min", "max"])
    load = load[(load["size"] >= s.bulk_events) & (load["max"] - load["min"] >= s.bulk_days * DAY)]
    bulk = pd.MultiIndex.from_frame(e[["hand", "hour"]]).isin(load.index) & ~e["post"]

    mock = e["mock_location"].fillna(False).astype(bool) & ~e["post"]
    no_place = ~e["post"] & ~placed & bool(e["lat"].notna().any())
    inaccurate = ~e["post"] & (e["accuracy_m"] > s.most_accuracy_m)
    zero, swapped = zero & ~e["post"], swapped & ~e["post"]
    sound = ~(e["post"] | e["unknown"] | elsewhere | e["copy_of"] | mock | e["started"].isna() | e["ahead"] | clock
              | late | bulk | e["shared"] | e["photo_again"] | moved | e["same_fix"] | one_spot | typed
              | no_place | zero | swapped | round_place | from_list | far | other_booth
              | by_chance)  # fmt: skip
    e["blur"] = e["accuracy_m"].fillna(0).clip(upper=1000) / 1000
    j = e[sound].sort_values(["hand", "started", "event"])
    g = j.groupby("hand")
    pause = g["started"].diff()
    way = km(g["lat"].shift(), g["lon"].shift(), j["lat"], j["lon"])
    slack = s.speed_slack_km + j["blur"] + g["blur"].shift()
    broken = way > slack + s.speed_kmh * pause / 3_600_000_000

    def step_of(values: pd.Series, by: int) -> pd.Series:
        return values.groupby(j["hand"]).shift(by, fill_value=False)

    next_broken = step_of(broken, -1)
    lone = broken & next_broken
    jump = (broken & ~(step_of(lone, 1) & ~step_of(lone, 2))) | (
        ~broken & next_broken & step_of(broken, -2) & step_of(broken, -3)
    )

    def within(count: int, microseconds: float) -> pd.Series:
        dense = j["started"] - g["started"].shift(count) <= microseconds
        found = dense.copy()
        for later in range(1, count + 1):
            found |= step_of(dense, -later)
        return found

    burst = within(s.burst_events, s.burst_minutes * 60_000_000)
    crowded = within(s.day_events, DAY)
    even = (pause > 0) & ((pause - pause.groupby(j["hand"]).shift()).abs() <= 2_000_000)
    paces = even.groupby([j["hand"], j["day"]]).agg(["size", "sum"])
    paces = paces[paces["size"] >= s.even_events]["sum"] >= s.even_events - 2
    machine = paces[paces] if paces.sum() <= 0.2 * len(paces) else paces.head(0)
    steady = (even | step_of(even, -1) | step_of(even, -2)) & pd.MultiIndex.from_frame(j[["hand", "day"]]).isin(
        machine.index
    )
    office = (~(j["day"] % 7).isin([2, 3]) & ((j["started"] + IST) // 3_600_000_000 % 24).between(10, 16)).groupby(
        j["aspirant_id"]).agg(["size", "mean"])  # fmt: skip
    office = office[office["size"] >= s.office_events]["mean"] >= s.office_share
    desks = e["aspirant_id"].isin(office[office].index) & (office.sum() <= max(1, 0.5 * len(office)))
    several_phones = e["device_id"].isin(phones[phones.duplicated("device_id")]["device_id"])
    p = e[sound & several_phones].sort_values(["device_id", "started", "event"])
    pg = p.groupby("device_id")
    phone_jump = km(pg["lat"].shift(), pg["lon"].shift(), p["lat"], p["lon"]) > (
        s.speed_slack_km + p["blur"] + pg["blur"].shift() + s.speed_kmh * pg["started"].diff() / 3_600_000_000
    )

    def whole(part: pd.Series) -> pd.Series:
        return part.reindex(e.index).fillna(False).astype(bool)

    against = e["unknown"] | elsewhere | e["copy_of"] | mock | (e["ahead"] & ~clock) | far | zero | whole(lone)
    unclear = (
        e["started"].isna() | clock | late | bulk | whole(crowded) | whole(steady) | (desks & ~e["post"]) | e["shared"]
        | e["photo_again"] | moved | e["same_fix"] | one_spot | night | typed | swapped | round_place | from_list
        | other_booth | by_chance | whole(burst) | whole(jump) | whole(phone_jump)
    )  # fmt: skip
    lacks = no_place | inaccurate
    blind = e[lacks & ~against & ~unclear & (e["booth"] != "")]
    clear = e[~(lacks | against | unclear | e["post"])]
    pairs = blind.merge(clear, on=["seat", "booth"], suffixes=("", "_2"))
    pairs = pairs[(pairs["aspirant_id"] != pairs["aspirant_id_2"]) & (pairs["device_id"] != pairs["device_id_2"])
                  & ((pairs["started"] - pairs["started_2"]).abs() <= s.second_minutes * 60_000_000)]  # fmt: skip
    seconded = e["event"].isin(pairs["event"])
    e["moved"] = moved
    e["verdict"] = np.where(against, "refused", np.where(unclear | (lacks & ~seconded), "doubtful", "verified"))
    return e


def _mended(e: pd.DataFrame) -> pd.DataFrame:
    """Return where booths lie whose place in the list three and more aspirants disprove together."""
    own = e[
        ~e["unknown"] & ~e["post"] & ~e["copy_of"] & ~e["mock_location"].fillna(False).astype(bool) & e["lat"].notna()
    ]
    way = np.sqrt((own["lat"] - own["list_lat"]) ** 2
                  + ((own["lon"] - own["list_lon"]) * np.cos(np.radians(own["list_lat"]))) ** 2)  # fmt: skip
    astray = own[way > own["near_limit"] / 111.195]
    astray = astray.assign(y=np.floor(astray["lat"] * 1000), x=np.floor(astray["lon"] * 1000))
    spot = astray.groupby(["aspirant_id", "y", "x"])["event"].transform("size")
    alone = astray.groupby(["aspirant_id", "booth_no", "y", "x"])["event"].transform("size")
    voices = astray[spot == alone].groupby(["seat", "booth", "aspirant_id"])[["lat", "lon"]].mean().reset_index()
    g = voices.groupby(["seat", "booth"])
    voices["m_lat"], voices["m_lon"], voices["n"] = (
        g["lat"].transform("median"), g["lon"].transform("median"), g["lat"].transform("size"),
    )  # fmt: skip
    voices["near"] = ((voices["lat"] - voices["m_lat"]).abs() < 0.004) & (
        (voices["lon"] - voices["m_lon"]).abs() < 0.004
    )
    agreed = voices[voices["n"] >= 3].groupby(["seat", "booth", "m_lat", "m_lon"])["near"].agg(["sum", "size"])
    agreed = agreed[(agreed["sum"] >= 3) & (agreed["sum"] >= 0.6 * agreed["size"])].reset_index()
    at_list = own[((own["lat"] - own["list_lat"]).abs() < 0.004) & ((own["lon"] - own["list_lon"]).abs() < 0.004)]
    listed = at_list.groupby(["seat", "booth"])["aspirant_id"].nunique().rename("voices").reset_index()
    agreed = agreed.merge(listed, on=["seat", "booth"], how="left")
    return agreed.loc[agreed["voices"].fillna(0) < 3, ["seat", "booth", "m_lat", "m_lon"]]


def own_events(activity: pd.DataFrame, aspirants: pd.DataFrame, election_id: str, until: pd.Timestamp) -> pd.DataFrame:
    """Return the events of an election's aspirants, and of unknown people in their seats, known before a moment."""
    own = aspirants[aspirants["election_id"] == election_id]
    stranger = ~activity["aspirant_id"].isin(aspirants["aspirant_id"])
    near = activity["seat_id"].isna() | activity["seat_id"].isin(own["seat_id"])
    return activity[
        (activity["received_at"] < until) & (activity["aspirant_id"].isin(own["aspirant_id"]) | (stranger & near))
    ]


def features(
    e: pd.DataFrame, aspirants: pd.DataFrame, booths: pd.DataFrame, now: int, s: PresenceSettings
) -> pd.DataFrame:
    """Return the features by aspirant_id."""
    spots = booths[booths["lat"].notna() & booths["lon"].notna()].sort_values(["seat_id", "lat", "booth_no"]).copy()

    def third(rows: pd.DataFrame, by: list[str]) -> pd.Series:
        size, place = rows.groupby(by)["booth_no"].transform("size"), rows.groupby(by).cumcount()
        low, more = size // 3, size % 3
        return np.where(
            place < more * (low + 1), place // (low + 1), more + (place - more * (low + 1)) // low.clip(lower=1)
        )

    spots["band"] = third(spots, ["seat_id"])
    spots = spots.sort_values(["seat_id", "band", "lon", "booth_no"])
    spots["part"] = spots["band"] * 3 + third(spots, ["seat_id", "band"])
    seats = booths.groupby("seat_id").agg(
        booths=("booth_no", "size"), weak=("weak", lambda w: int(w.fillna(False).sum()))
    )
    g = spots.groupby("seat_id")
    seats["parts"] = g["part"].nunique()
    seats["high"] = g["lat"].max() - g["lat"].min()
    seats["wide"] = (g["lon"].max() - g["lon"].min()) * np.cos(np.radians(g["lat"].mean()))
    v = e[(e["verdict"] == "verified") & ~e["post"] & (e["booth"] != "")].copy()
    v["week"] = v["started"] // WEEK
    v["fresh"] = 0.5 ** ((now - v["started"]).clip(lower=0) / DAY / s.half_life_days)
    v["met"] = v["met"].clip(upper=s.most_met)
    at = v.groupby(["aspirant_id", "seat", "booth"]).agg(
        weak=("weak", lambda w: int(w.fillna(False).any())), met=("met", "max"), weeks=("week", "nunique"),
        fresh=("fresh", "max")).reset_index()  # fmt: skip
    own = at.merge(spots[["seat_id", "booth_no", "lat", "lon", "part"]], how="left",
                                      left_on=["seat", "booth"], right_on=["seat_id", "booth_no"])  # fmt: skip
    own["capped"] = own["weeks"].clip(upper=4)
    own["square"] = own["capped"] ** 2
    r = own.groupby("aspirant_id").agg(reached=("booth", "size"), weak=("weak", "sum"), fresh=("fresh", "sum"),
                                       capped=("capped", "sum"), square=("square", "sum"), parts=("part", "nunique"),
                                       lat0=("lat", "min"), lat1=("lat", "max"), lon0=("lon", "min"),
                                       lon1=("lon", "max"), lat=("lat", "mean"))  # fmt: skip
    who = aspirants.drop_duplicates("aspirant_id").set_index("aspirant_id")
    out = pd.DataFrame(index=who.index)
    of = seats.reindex(who["seat_id"]).set_axis(who.index)
    r = r.reindex(who.index)
    out["presence_booths"] = r["reached"].fillna(0) / of["booths"]
    out["presence_weak_booths"] = (r["weak"].fillna(0) / of["weak"]).where(of["weak"] > 0)
    out["presence_breadth"] = (r["capped"] ** 2 / r["square"]).fillna(0) / of["booths"]
    out["presence_recency"] = r["fresh"].fillna(0) / of["booths"]
    recent = v[(now - v["started"] >= 0) & (now - v["started"] < 26 * WEEK)]
    weeks = ((now - recent["started"]) // WEEK).groupby(recent["aspirant_id"]).nunique()
    out["presence_regularity"] = weeks.reindex(who.index).fillna(0) / 26
    out["presence_people_met"] = np.log1p(at.groupby("aspirant_id")["met"].sum().reindex(who.index).fillna(0))
    wide = (r["lon1"] - r["lon0"]) * np.cos(np.radians(r["lat"]))
    reach = np.sqrt(((r["lat1"] - r["lat0"]) ** 2 + wide**2).fillna(0) / (of["high"] ** 2 + of["wide"] ** 2))
    out["presence_reach"] = reach.clip(upper=1)
    out["presence_parts"] = r["parts"].fillna(0) / of["parts"]
    c = e[~e["copy_of"] & ~e["moved"] & ~e["post"] & ~e["unknown"] & (e["booth"] != "")]
    out["presence_within"] = out["presence_booths"] - out["presence_booths"].groupby(who["seat_id"]).transform("mean")
    good = (c["verdict"] == "verified").groupby([c["aspirant_id"], c["booth"], c["started"] // DAY], dropna=False).max()
    out["verified_share"] = good.groupby(level=0).mean().reindex(who.index)
    return out
