#include "phantom/scene.h"

#include <algorithm>
#include <numbers>
#include <span>

#include "phantom/distance.h"

namespace deeplasia::phantom {
namespace {

// Letters as strokes in a box 1 wide and 1.4 high, y down.
struct Letter {
  std::array<double, 4> strokes[4];  // x, y, x, y
  int count;
};
constexpr Letter kLetters[] = {
    {{{0, 0, 0, 1.4}, {0, 1.4, .8, 1.4}}, 2},                               // L
    {{{.7, 0, .7, 1.2}, {.7, 1.2, .4, 1.4}, {.4, 1.4, 0, 1.2}}, 3},         // J
    {{{0, 0, 0, 1.4}, {.8, 0, 0, .7}, {.2, .5, .8, 1.4}}, 3},               // K
    {{{0, 0, 0, 1.4}, {.8, 0, .8, 1.4}, {0, .7, .8, .7}}, 3},               // H
    {{{0, 1.4, .45, 0}, {.45, 0, .9, 1.4}, {.2, .9, .7, .9}}, 3},           // A
    {{{0, 0, .9, 0}, {.45, 0, .45, 1.4}}, 2},                               // T
    {{{0, 0, .45, 1.4}, {.45, 1.4, .9, 0}}, 2},                             // V
    {{{0, 1.4, 0, 0}, {0, 0, .5, .8}, {.5, .8, 1, 0}, {1, 0, 1, 1.4}}, 4},  // M
};

void place_marker(Scene& scene, const View& view, const Coarse& skin, Random& random) {
  const double height = random.uniform(0.035, 0.06) * static_cast<double>(view.height);
  const double size = height / 1.4;
  const double turn =
      random.chance(0.6) ? random.normal(0, 0.15) : random.uniform(-std::numbers::pi, std::numbers::pi);
  const int letters = random.chance(0.6) ? 1 : 2 + static_cast<int>(random.pick(2));
  const double radius = 0.5 * size * (1.2 * letters + 1.6);
  scene.stroke_radius = size * random.uniform(0.06, 0.12);
  scene.marker_attenuation = random.uniform(1.5, 4);
  std::vector<float> row(view.width);
  for (int attempt = 0; attempt < 12; ++attempt) {
    const Point centre{random.uniform(radius, static_cast<double>(view.width) - radius),
                       random.uniform(radius, static_cast<double>(view.height) - radius)};
    skin.read_row(static_cast<int64_t>(centre.y), row.data());
    if (row[static_cast<size_t>(centre.x)] > -1.1 * radius) continue;
    for (int i = 0; i < letters; ++i) {
      const size_t which = i == 0 ? 0 : random.pick(std::size(kLetters));
      const Letter& letter = kLetters[which];
      const auto at = [&](double x, double y) {
        const double dx = size * (x - 0.45 + 1.25 * (i - 0.5 * (letters - 1))), dy = size * (y - 0.7);
        return centre +
               Point{dx * std::cos(turn) - dy * std::sin(turn), dx * std::sin(turn) + dy * std::cos(turn)};
      };
      for (int s = 0; s < letter.count; ++s) {
        const auto& [x0, y0, x1, y1] = letter.strokes[s];
        scene.marker.push_back({at(x0, y0), at(x1, y1)});
      }
    }
    return;
  }
}

Outline rectangle(const View& view, Random& random) {
  const auto w = static_cast<double>(view.width), h = static_cast<double>(view.height);
  const auto inset = [&](double side) { return side * random.uniform(-0.03, 0.05); };
  const double left = inset(w), right = w - inset(w), top = inset(h), bottom = h + 0.02 * h;
  Outline corners{{left, top}, {right, top}, {right, bottom}, {left, bottom}};
  const double turn = random.normal(0, 0.02);
  const Point centre{w / 2, h / 2};
  for (Point& p : corners) {
    const Point d = p - centre;
    p = centre +
        Point{d.x * std::cos(turn) - d.y * std::sin(turn), d.x * std::sin(turn) + d.y * std::cos(turn)};
  }
  return corners;
}

template <class Function>
void for_each_outside(const Outline& lit, Plane& plane, Function change) {
  const LineDistance line(lit, true);
  for (int64_t y = 0; y < plane.height(); ++y) {
    const auto runs = line.inside(static_cast<double>(y));
    const double from = runs.empty() ? 1e9 : runs.front().from, to = runs.empty() ? -1e9 : runs.back().to;
    float* row = plane.row(y);
    for (int64_t x = 0; x < plane.width(); ++x)
      if (static_cast<double>(x) < from || static_cast<double>(x) > to) change(row[x]);
  }
}

}  // namespace

Scene draw_scene(const View& view, const Coarse& skin, Random random) {
  Scene scene{};
  if (random.chance(0.6)) place_marker(scene, view, skin, random);
  if (random.chance(0.4)) {
    scene.lit = rectangle(view, random);
    scene.outside_is_white = random.chance(0.5);
  }
  return scene;
}

void shield(const Scene& scene, Plane& attenuation) {
  const double radius = scene.stroke_radius;
  std::vector<float> distance;
  for (const Scene::Stroke& stroke : scene.marker) {
    const LineDistance line({stroke.from, stroke.to}, false);
    const auto clipped = [](double value, int64_t most) {
      return std::clamp<int64_t>(static_cast<int64_t>(value), 0, most);
    };
    const int64_t left = clipped(std::min(stroke.from.x, stroke.to.x) - radius - 1, attenuation.width());
    const int64_t right = clipped(std::max(stroke.from.x, stroke.to.x) + radius + 2, attenuation.width());
    const int64_t bottom = clipped(line.bottom() + radius + 2, attenuation.height());
    distance.resize(right - left);
    for (int64_t y = clipped(line.top() - radius - 1, attenuation.height()); y < bottom; ++y) {
      line.row(left, right - left, static_cast<double>(y), distance.data());
      float* row = attenuation.row(y);
      for (int64_t x = left; x < right; ++x) {
        const float covered = std::clamp(static_cast<float>(radius) - distance[x - left] + 0.5F, 0.0F, 1.0F);
        row[x] = std::max(row[x], covered * static_cast<float>(scene.marker_attenuation));
      }
    }
  }
  if (scene.lit && scene.outside_is_white)
    for_each_outside(*scene.lit, attenuation, [](float& value) { value = std::max(value, 5.0F); });
}

void shutter(const Scene& scene, Plane& grey) {
  if (scene.lit && !scene.outside_is_white)
    for_each_outside(*scene.lit, grey, [](float& value) { value = 0; });
}

}  // namespace deeplasia::phantom
